import { expect, onTestFinished, test } from "vitest";

import { openPostOffice, type PostOffice } from "../../examples/surroundings/post-office.ts";
import { router } from "../../examples/verification-mail/router.ts";
import * as tasks from "../../examples/verification-mail/tasks.ts";
import { openExample, type DurableExample } from "./support/durable-example.ts";

async function open(): Promise<DurableExample & { readonly postOffice: PostOffice }> {
  const postOffice = await openPostOffice();
  onTestFinished(() => postOffice[Symbol.asyncDispose]());
  const example = await openExample(router, { tasks, environment: { SMTP_URL: postOffice.url } });
  return { ...example, postOffice };
}

test("whoever signs up gets a mail over SMTP, and its code confirms the address once", async () => {
  const { client, postOffice } = await open();
  const response = await client.post("/signups", { json: { email: "ada@example.com" } });
  expect(response.status).toBe(202);
  const [job] = await client.jobs();
  expect(job).toMatchObject({ id: response.json<{ job: string }>().job, status: "succeeded" });
  expect(postOffice.mails).toEqual([
    expect.objectContaining({
      from: "hello@afterwork.example",
      to: "ada@example.com",
      subject: "Please confirm your address",
    }),
  ]);
  const token = /^Your code is (\S+)$/m.exec(postOffice.mails[0]?.text ?? "")?.[1];
  const confirmed = await client.post("/signups/verify", { json: { token } });
  expect(confirmed.json()).toEqual({ email: "ada@example.com", verified: true });
  expect((await client.post("/signups/verify", { json: { token } })).status).toBe(404);
});

test("a mail that the server refuses for now is sent again", async () => {
  const { client, postOffice } = await open();
  postOffice.refuseNext();
  await client.post("/signups", { json: { email: "ada@example.com" } });
  expect(postOffice.mails).toEqual([]);
  expect((await client.jobs())[0]?.status).toBe("retrying");
  await client.advance("2s");
  expect(postOffice.mails).toHaveLength(1);
});

test("an address with a line break is refused, so that no header can be smuggled in", async () => {
  const { client, postOffice } = await open();
  const response = await client.post("/signups", { json: { email: "ada@example.com\r\nBcc: eve@example.com" } });
  expect(response.status).toBe(422);
  expect(postOffice.mails).toEqual([]);
});
