import { expect } from "vitest";

import type { Cases } from "../case.ts";

export const answerCases: Cases = [
  {
    name: "tasks run after a HEAD request",
    async run({ client }) {
      const run = client.newRun();
      const { status, bytes } = await client.play(run, "status", { method: "HEAD" });
      expect([status, bytes.length]).toEqual([200, 0]);
      expect(await client.until(run, "task after 200")).toEqual(["task after 200"]);
    },
  },
  {
    name: "tasks run after a HEAD request for a stream",
    async run({ client }) {
      const run = client.newRun();
      const { status, bytes } = await client.play(run, "stream", { method: "HEAD" });
      expect([status, bytes.length]).toEqual([200, 0]);
      const events = await client.until(run, "task of the handler");
      expect(events.filter((event) => event === "task of the handler")).toHaveLength(1);
    },
  },
  {
    name: "tasks run after a POST request",
    async run({ client }) {
      const run = client.newRun();
      expect((await client.play(run, "status", { method: "POST" })).status).toBe(200);
      expect(await client.until(run, "task after 200")).toEqual(["task after 200"]);
    },
  },
  {
    name: "tasks run after 204 and after a redirect",
    async run({ client }) {
      for (const status of [204, 307]) {
        const run = client.newRun();
        expect((await client.play(run, `status&status=${status}`)).status).toBe(status);
        expect(await client.until(run, `task after ${status}`)).toEqual([`task after ${status}`]);
      }
    },
  },
  {
    name: "an injected handler may return a Response, or nothing, and may set status, headers and cookies",
    async run({ client }) {
      const response = await client.send("/injected/response");
      expect([response.status, response.text]).toEqual([418, "a response of its own"]);
      expect(response.headers["x-user"]).toBe("set by the handler");
      expect(await client.send("/injected/nothing")).toMatchObject({ status: 200, text: "null" });
      const draft = await client.send("/injected/draft");
      expect([draft.status, draft.headers["x-user"]]).toEqual([202, "set by the handler"]);
      expect(draft.headers["set-cookie"]?.[0]).toMatch(/^theme=dark/);
    },
  },
  {
    name: "an injected handler may answer by the framework's own objects",
    async run({ client }) {
      const run = client.newRun();
      const { status, text } = await client.inject(run, "native");
      expect([status, JSON.parse(text)]).toEqual([200, { native: true }]);
      expect((await client.until(run, "task")).filter((event) => event === "task")).toHaveLength(1);
    },
  },
];
