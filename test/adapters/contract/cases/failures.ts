import { expect } from "vitest";

import type { Cases } from "../case.ts";

export const failureCases: Cases = [
  {
    name: "an error of the handler drops tasks of success, durable ones included; those of always and of failure run",
    async run({ client }) {
      const run = client.newRun();
      expect((await client.play(run, "failing")).status).toBe(500);
      const kinds = (await client.until(run, /^task of failure/)).map((event) => event.split(":")[0]);
      expect(kinds).toEqual(["task of always", "task of failure"]);
    },
  },
  {
    name: "tasks are told the status and the error of a failed request",
    async run({ client }) {
      const run = client.newRun();
      await client.play(run, "failing");
      expect(await client.until(run, "task of failure: 500 a handler that fails")).toEqual([
        "task of always: 500 a handler that fails",
        "task of failure: 500 a handler that fails",
      ]);
    },
  },
  {
    name: "an HTTPException of an injected handler is answered as in an app, and fails the request",
    async run({ client }) {
      const run = client.newRun();
      const { status, headers, text } = await client.inject(run, "failing&by=http");
      expect([status, text, headers["x-reason"]]).toEqual([409, '{"detail":"taken"}', "by the handler"]);
      expect(headers["content-type"]).toMatch(/^application\/json/);
      const events = await client.until(run, "task of failure");
      expect(events).not.toContain("task of success");
    },
  },
  {
    name: "a dependency that refuses the request drops the tasks that others have added",
    async run({ client }) {
      const run = client.newRun();
      const { status, text } = await client.inject(run, "added&refused=true");
      expect([status, text]).toEqual([403, '{"detail":"refused"}']);
      expect(await client.until(run, "task of failure")).toEqual(["task of failure"]);
    },
  },
  {
    name: "any other error of an injected handler is answered by the framework, and fails the request",
    async run({ client }) {
      const [run, own] = [client.newRun(), client.newRun()];
      const answered = await client.inject(run, "failing&by=error");
      const byFramework = await client.play(own, "failing");
      expect(answered.status).toBe(500);
      expect(answered.headers["content-type"]).toBe(byFramework.headers["content-type"]);
      expect(await client.until(run, "task of failure")).not.toContain("task of success");
    },
  },
  {
    name: "a status that says it was not found is no failure when it is returned",
    async run({ client }) {
      const run = client.newRun();
      expect((await client.play(run, "status&status=404")).status).toBe(404);
      expect(await client.until(run, "task after 404")).toEqual(["task after 404"]);
    },
  },
  {
    name: "a status of 500 is no failure when it is returned",
    async run({ client }) {
      const run = client.newRun();
      expect((await client.play(run, "status&status=500")).status).toBe(500);
      expect(await client.until(run, "task after 500")).toEqual(["task after 500"]);
    },
  },
];
