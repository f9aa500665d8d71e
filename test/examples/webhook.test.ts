import { expect, onTestFinished, test } from "vitest";

import { openWebhookReceiver, type WebhookReceiver } from "../../examples/surroundings/webhook-receiver.ts";
import { router } from "../../examples/webhook/router.ts";
import * as tasks from "../../examples/webhook/tasks.ts";
import { openExample, type DurableExample } from "./support/durable-example.ts";

const secret = "a secret of sixteen characters or more";
const payment = { order: "A-1", cents: 1250 };

async function open(receiverSecret = secret): Promise<DurableExample & { readonly receiver: WebhookReceiver }> {
  const receiver = await openWebhookReceiver(receiverSecret);
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  const environment = { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: secret };
  return { ...(await openExample(router, { tasks, environment })), receiver };
}

test("the receiver gets the event with a valid signature", async () => {
  const { client, receiver } = await open();
  const response = await client.post("/payments", { json: payment });
  expect(response.status).toBe(201);
  const { event } = response.json<{ event: string }>();
  const body = { id: event, type: "payment.received", data: payment };
  expect(receiver.calls).toEqual([{ id: event, body, genuine: true, status: 204 }]);
});

test("a receiver that is down is tried again with the same event", async () => {
  const { client, receiver } = await open();
  receiver.answerNext(503, 500);
  await client.post("/payments", { json: payment });
  await client.advance("1s");
  expect(receiver.calls.map(({ status }) => status)).toEqual([503, 500, 204]);
  expect(new Set(receiver.calls.map(({ id }) => id)).size).toBe(1);
});

test("a receiver that will never take it is not tried again", async () => {
  const { client, receiver } = await open("another secret than the sender's");
  await expect(client.post("/payments", { json: payment })).rejects.toThrow("the receiver answered 401");
  await client.advance("1h");
  expect((await client.jobs())[0]).toMatchObject({ status: "failed", attempt: 1 });
  expect(receiver.calls.map(({ status }) => status)).toEqual([401]);
});

test("without its settings the app does not start, and says which are missing", async () => {
  const environment = { WEBHOOK_URL: "no url", WEBHOOK_SECRET: "short" };
  const { client } = await openExample(router, { tasks, environment });
  await expect(client.post("/payments", { json: payment })).rejects.toThrow(/WEBHOOK_URL.*WEBHOOK_SECRET/);
});
