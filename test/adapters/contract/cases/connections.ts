import { Agent } from "node:http";

import { expect } from "vitest";

import type { Cases } from "../case.ts";
import type { Client } from "../client.ts";

const manyOnOne = 50;
const manyAtOnce = 200;

export const connectionCases: Cases = [
  {
    name: "a slow task does not delay the next request on its connection",
    async run({ client }) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const [first, second] = [client.newRun(), client.newRun()];
      const before = await client.play(first, "slow", { agent });
      const after = await client.play(second, "status", { agent });
      expect(after.localPort).toBe(before.localPort);
      expect(await client.until(second, "task after 200")).toEqual(["task after 200"]);
      expect(await client.events(first)).toEqual(["task begins"]);
      await client.release(first);
      agent.destroy();
    },
  },
  {
    name: `${manyOnOne} requests on one connection have their tasks run exactly once each`,
    async run({ client }) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const runs: string[] = [];
      const ports = new Set<number>();
      for (let count = 0; count < manyOnOne; count += 1) {
        const run = client.newRun();
        ports.add((await client.play(run, "context", { agent })).localPort);
        runs.push(run);
      }
      expect(ports.size).toBe(1);
      await checkTasks(client, runs);
      agent.destroy();
    },
  },
  {
    name: `${manyAtOnce} requests at once have their tasks run exactly once each, and none mixed up`,
    async run({ client }) {
      const agent = new Agent({ keepAlive: true, maxSockets: 40 });
      const runs = Array.from({ length: manyAtOnce }, () => client.newRun());
      await Promise.all(
        runs.map(async (run) => {
          expect(JSON.parse((await client.play(run, "context", { agent })).text)).toEqual({ run });
        }),
      );
      await checkTasks(client, runs);
      agent.destroy();
    },
  },
  {
    name: "the AsyncLocalStorage of an injected handler is seen in its tasks, and in those of no other request",
    async run({ client }) {
      const runs = Array.from({ length: 20 }, () => client.newRun());
      await Promise.all(runs.map((run) => client.inject(run, "context")));
      const events = await client.untilAll(runs, (run) => `task of ${run}`);
      expect(events).toEqual(runs.map((run) => [`task of ${run}`]));
    },
  },
];

/** The tasks of the play `context` ran once each, and in the context of their own request. */
async function checkTasks(client: Client, runs: readonly string[]): Promise<void> {
  const events = await client.untilAll(runs, (run) => `later task of ${run}`);
  expect(events).toEqual(runs.map((run) => [`task of ${run}`, `later task of ${run}`]));
}
