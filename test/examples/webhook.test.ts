import { expect, onTestFinished, test } from "vitest";

import { openWebhookReceiver, type WebhookReceiver } from "../../examples/surroundings/webhook-receiver.ts";
import { router } from "../../examples/webhook/router.ts";
import { runExample, type RunningExample } from "./support/running-example.ts";

const secret = "a secret of sixteen characters or more";
const payment = { order: "A-1", cents: 1250 };

async function open(receiverSecret = secret): Promise<{ example: RunningExample; receiver: WebhookReceiver }> {
  const receiver = await openWebhookReceiver(receiverSecret);
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  const example = await runExample(router, { WEBHOOK_URL: receiver.url, WEBHOOK_SECRET: secret });
  return { example, receiver };
}

test("the receiver gets the event with a valid signature", async () => {
  const { example, receiver } = await open();
  const response = await example.post("/payments", payment);
  expect(response.status).toBe(201);
  const { event } = (await response.json()) as { event: string };
  await example.untilEnded("deliver-event");
  const body = { id: event, type: "payment.received", data: payment };
  expect(receiver.calls).toEqual([{ id: event, body, genuine: true, status: 204 }]);
});

test("a receiver that is down is tried again with the same event", async () => {
  const { example, receiver } = await open();
  receiver.answerNext(503, 500);
  await example.post("/payments", payment);
  await example.untilEnded("deliver-event");
  expect(receiver.calls.map(({ status }) => status)).toEqual([503, 500, 204]);
  expect(new Set(receiver.calls.map(({ id }) => id)).size).toBe(1);
});

test("a receiver that will never take it is not tried again", async () => {
  const { example, receiver } = await open("another secret than the sender's");
  const response = await example.post("/payments", payment);
  expect(response.status).toBe(201);
  await example.untilEnded("deliver-event!");
  expect(receiver.calls.map(({ status }) => status)).toEqual([401]);
});

test("without its settings the app does not start, and says which are missing", async () => {
  const starting = runExample(router, { WEBHOOK_URL: "no url", WEBHOOK_SECRET: "short" });
  await expect(starting).rejects.toThrow(/WEBHOOK_URL.*WEBHOOK_SECRET/);
});
