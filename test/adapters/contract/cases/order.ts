import { expect } from "vitest";

import { receivedWhileBusy } from "../busy-site.ts";
import type { Cases } from "../case.ts";

export const orderCases: Cases = [
  {
    name: "tasks run after the response, one after the other, in the order they were added",
    async run({ client }) {
      const run = client.newRun();
      const { status, text } = await client.play(run, "order");
      expect([status, JSON.parse(text)]).toEqual([200, { done: true }]);
      expect(await client.until(run, "second")).toEqual(["first begins", "first ends", "failing", "second"]);
    },
  },
  {
    name: "tasks of dependencies and of their handler are one list, in the order of resolution",
    async run({ client }) {
      const run = client.newRun();
      expect((await client.inject(run, "added")).status).toBe(200);
      expect(await client.until(run, "task of the handler")).toEqual(["task of a dependency", "task of the handler"]);
    },
  },
  {
    name: "a task that fails stops no other, and the process goes on",
    async run({ client }) {
      const run = client.newRun();
      await client.play(run, "order");
      expect(await client.until(run, "second")).toContain("failing");
      expect((await client.play(client.newRun(), "status")).status).toBe(200);
    },
  },
  {
    name: "the response is complete although a task has not ended",
    async run({ client }) {
      const run = client.newRun();
      expect(await client.play(run, "slow")).toMatchObject({ status: 200, isComplete: true });
      expect(await client.until(run, "task begins")).toEqual(["task begins"]);
      await client.release(run);
      expect(await client.until(run, "task ends")).toEqual(["task begins", "task ends"]);
    },
  },
  {
    name: "a task that blocks the process does not hold up the last byte of a small response",
    async run({ client }) {
      const { text } = await receivedWhileBusy(client);
      expect(JSON.parse(text)).toEqual({ done: true });
    },
  },
  {
    name: "a task that blocks the process does not hold up the last byte of a large response",
    async run({ client }) {
      const { text } = await receivedWhileBusy(client, "size=large");
      expect(text.length).toBeGreaterThan(200_000);
    },
  },
  {
    name: "a task added when the response is over runs at once",
    async run({ client }) {
      const run = client.newRun();
      await client.play(run, "late");
      await client.release(run);
      expect(await client.until(run, "late task")).toEqual(["late task"]);
    },
  },
];
