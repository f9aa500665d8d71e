import { Agent } from "node:http";

import { expect } from "vitest";

import type { Cases } from "../case.ts";
import { namesOf } from "../client.ts";

/** Well below the five seconds that a server keeps an idle connection. */
const soonMs = 3_000;

export const shutdownCases: Cases = [
  {
    name: "app scope opens before the first request",
    async run({ client }) {
      expect(await client.events("app")).toEqual(["pool opens"]);
    },
  },
  {
    name: "the framework's own close waits for running tasks, then closes app scope",
    async run({ openAnother }) {
      const { client, close } = await openAnother();
      const run = client.newRun();
      expect((await client.inject(run, "app")).status).toBe(200);
      const { journals } = await close();
      expect(namesOf(journals[run] ?? [])).toEqual(["task ends: true"]);
      expect(namesOf(journals["app"] ?? [])).toEqual(["pool opens", "pool closes"]);
    },
  },
  {
    name: "the framework's own close waits for a request that is being handled, and for its tasks",
    async run({ openAnother }) {
      const { client, close } = await openAnother();
      const run = client.newRun();
      const answered = client.play(run, "lengthy");
      await client.entryOf(run, "handler begins");
      const { journals } = await close();
      expect(await answered).toMatchObject({ status: 200, isComplete: true });
      expect(namesOf(journals[run] ?? [])).toEqual(["handler begins", "task ends"]);
    },
  },
  {
    name: "a connection that is kept open does not hold up the framework's own close",
    async run({ openAnother }) {
      const { client, close } = await openAnother();
      const agent = new Agent({ keepAlive: true });
      await client.play(client.newRun(), "order", { agent });
      expect((await close()).closed).toBeLessThan(soonMs);
      agent.destroy();
    },
  },
];
