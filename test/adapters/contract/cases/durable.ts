import { expect } from "vitest";

import type { Cases } from "../case.ts";
import type { Received } from "../client.ts";

export const durableCases: Cases = [
  {
    name: "durable tasks are stored before the head of the response leaves",
    async run({ client }) {
      const run = client.newRun();
      const { status, headers, headAt } = await client.play(run, "durable&store=slow");
      expect([status, headers["x-user"]]).toEqual([200, "set by the handler"]);
      expect(headAt).toBeGreaterThanOrEqual((await client.entryOf(run, "stored")).at);
    },
  },
  {
    name: "durable tasks are stored before a response without a body leaves",
    async run({ client }) {
      const run = client.newRun();
      const { status, headAt } = await client.play(run, "durable&store=slow&kind=empty");
      expect(status).toBe(204);
      expect(headAt).toBeGreaterThanOrEqual((await client.entryOf(run, "stored")).at);
    },
  },
  {
    name: "durable tasks are run by a worker in the process, once",
    async run({ client }) {
      const run = client.newRun();
      await client.play(run, "durable");
      const events = await client.until(run, "stored task ran");
      expect(events.filter((event) => event === "stored task ran")).toHaveLength(1);
    },
  },
  {
    name: "when the store is down, 503 is sent instead of what the handler answered, its headers included",
    async run({ client }) {
      for (const kind of ["json", "empty", "large"]) {
        expectRefused(await client.play(client.newRun(), `durable&store=down&kind=${kind}`));
      }
    },
  },
  {
    name: "when the store is down, the request has failed: no task of success runs, those of failure do",
    async run({ client }) {
      const run = client.newRun();
      await client.play(run, "durable&store=down");
      await client.entryOf(run, "task of failure: 503 the durable tasks of the request could not be stored");
      expect(await client.events(run)).toEqual([
        "task of always: 503 the durable tasks of the request could not be stored",
        "task of failure: 503 the durable tasks of the request could not be stored",
      ]);
    },
  },
  {
    name: "durable tasks of injected handlers are stored before the head, and refuse it when the store is down",
    async run({ client }) {
      const slow = client.newRun();
      const { status, headAt } = await client.inject(slow, "durable&store=slow");
      expect(status).toBe(200);
      expect(headAt).toBeGreaterThanOrEqual((await client.entryOf(slow, "stored")).at);
      const down = client.newRun();
      expectRefused(await client.inject(down, "durable&store=down"));
      expect(await client.events(down)).not.toContain("task of success");
    },
  },
  {
    name: "a durable task added in a stream is stored before the body ends",
    async run({ client }) {
      const run = client.newRun();
      const { text, isComplete, endAt } = await client.play(run, "stream&durable=true&store=slow");
      expect([text, isComplete]).toEqual(["one two three", true]);
      expect(endAt).toBeGreaterThanOrEqual((await client.entryOf(run, "stored")).at);
    },
  },
  {
    name: "when the store is down, the body of a stream that added a durable task is cut off",
    async run({ client }) {
      const run = client.newRun();
      const { status, isComplete } = await client.play(run, "stream&durable=true&store=down");
      expect([status, isComplete]).toEqual([200, false]);
      expect(await client.until(run, "task of failure")).not.toContain("task of the handler");
    },
  },
];

function expectRefused({ status, headers, text }: Received): void {
  expect([status, text]).toEqual([503, '{"detail":"Service Unavailable"}']);
  expect(headers["retry-after"]).toBe("1");
  expect(headers["x-user"]).toBeUndefined();
  expect(headers["cache-control"]).toBeUndefined();
}
