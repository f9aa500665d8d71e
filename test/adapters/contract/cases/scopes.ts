import { expect } from "vitest";

import type { Cases } from "../case.ts";

export const scopeCases: Cases = [
  {
    name: "function scope closes before the response leaves, request scope after the tasks",
    async run({ client }) {
      const run = client.newRun();
      const { status, headAt } = await client.inject(run, "scopes");
      expect(status).toBe(200);
      expect(await client.until(run, "trace closes")).toEqual([
        "session opens",
        "trace opens",
        "handler",
        "session commits",
        "session closes",
        "task: session false, trace true",
        "trace commits",
        "trace closes",
      ]);
      expect(headAt).toBeGreaterThanOrEqual((await client.entryOf(run, "session closes")).at);
    },
  },
  {
    name: "function scope closes before an answer by the framework's own objects leaves",
    async run({ client }) {
      const run = client.newRun();
      const { headAt } = await client.inject(run, "native");
      expect(await client.until(run, "trace closes")).toEqual([
        "session opens",
        "trace opens",
        "handler",
        "session commits",
        "session closes",
        "task",
        "trace commits",
        "trace closes",
      ]);
      expect(headAt).toBeGreaterThanOrEqual((await client.entryOf(run, "session closes")).at);
    },
  },
  ...["http", "error"].map((by) => ({
    name: `both scopes roll back when the handler throws ${by === "http" ? "an HTTPException" : "any other error"}`,
    async run({ client }: Parameters<Cases[number]["run"]>[0]) {
      const run = client.newRun();
      await client.inject(run, `failing&by=${by}`);
      expect(await client.until(run, "trace closes")).toEqual([
        "session opens",
        "trace opens",
        "session rolls back",
        "session closes",
        "task of failure",
        "trace rolls back",
        "trace closes",
      ]);
    },
  })),
];
