import { expect } from "vitest";

import type { Cases } from "../case.ts";

export const streamCases: Cases = [
  {
    name: "tasks run after a stream, those added while it was sent included",
    async run({ client }) {
      const run = client.newRun();
      expect(await client.play(run, "stream")).toMatchObject({ status: 200, text: "one two three", isComplete: true });
      const events = await client.until(run, "task of the stream");
      expect(events).toEqual(["last chunk", "task of the handler", "task of the stream"]);
    },
  },
  {
    name: "a stream broken by its own error breaks the response off",
    async run({ client }) {
      const { status, isComplete } = await client.play(client.newRun(), "broken");
      expect([status, isComplete]).toEqual([200, false]);
    },
  },
  {
    name: "a stream broken by its own error is a failed request",
    async run({ client }) {
      const run = client.newRun();
      await client.play(run, "broken");
      await client.entryOf(run, "task of failure: 200 a stream that fails");
      expect(await client.events(run)).toEqual([
        "task of always: 200 a stream that fails",
        "task of failure: 200 a stream that fails",
      ]);
    },
  },
  {
    name: "an injected handler streams what it returns, with its request scope open until the tasks have run",
    async run({ client }) {
      const run = client.newRun();
      expect(await client.inject(run, "stream")).toMatchObject({ status: 200, text: "one two", isComplete: true });
      expect(await client.until(run, "trace closes")).toEqual([
        "trace opens",
        "stream: trace true",
        "task of the handler",
        "task of the stream",
        "trace commits",
        "trace closes",
      ]);
    },
  },
  {
    name: "an injected stream broken by its own error fails the request and rolls its request scope back",
    async run({ client }) {
      const run = client.newRun();
      const { status, isComplete } = await client.inject(run, "broken");
      expect([status, isComplete]).toEqual([200, false]);
      expect(await client.until(run, "trace closes")).toEqual([
        "trace opens",
        "task of failure",
        "trace rolls back",
        "trace closes",
      ]);
    },
  },
];
