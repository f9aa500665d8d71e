import { expect, onTestFinished, test } from "vitest";

import { openPostOffice, type PostOffice } from "../../examples/surroundings/post-office.ts";
import { router } from "../../examples/verification-mail/router.ts";
import { runExample, type RunningExample } from "./support/running-example.ts";

async function open(): Promise<{ example: RunningExample; postOffice: PostOffice }> {
  const postOffice = await openPostOffice();
  onTestFinished(() => postOffice[Symbol.asyncDispose]());
  const example = await runExample(router, { SMTP_URL: postOffice.url });
  return { example, postOffice };
}

test("whoever signs up gets a mail over SMTP, and its code confirms the address once", async () => {
  const { example, postOffice } = await open();
  expect((await example.post("/signups", { email: "ada@example.com" })).status).toBe(202);
  await example.untilEnded("send-verification-mail");
  expect(postOffice.mails).toEqual([
    expect.objectContaining({
      from: "hello@afterwork.example",
      to: "ada@example.com",
      subject: "Please confirm your address",
    }),
  ]);
  const token = /^Your code is (\S+)$/m.exec(postOffice.mails[0]?.text ?? "")?.[1];
  const confirmed = await example.post("/signups/verify", { token });
  expect(await confirmed.json()).toEqual({ email: "ada@example.com", verified: true });
  expect((await example.post("/signups/verify", { token })).status).toBe(404);
});

test("a mail that the server refuses for now is sent again", async () => {
  const { example, postOffice } = await open();
  postOffice.refuseNext();
  await example.post("/signups", { email: "ada@example.com" });
  await example.untilEnded("send-verification-mail");
  expect(postOffice.mails).toHaveLength(1);
});

test("an address with a line break is refused, so that no header can be smuggled in", async () => {
  const { example, postOffice } = await open();
  const response = await example.post("/signups", { email: "ada@example.com\r\nBcc: eve@example.com" });
  expect(response.status).toBe(422);
  expect(postOffice.mails).toEqual([]);
});
