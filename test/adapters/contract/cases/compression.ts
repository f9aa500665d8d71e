import { gunzipSync } from "node:zlib";

import { expect } from "vitest";

import { receivedWhileBusy } from "../busy-site.ts";
import type { Cases } from "../case.ts";
import type { Received } from "../client.ts";

const headers = { "accept-encoding": "gzip" };

export const compressionCases: Cases = [
  {
    name: "a compressed response is sent before its tasks run",
    async run({ client }) {
      const answered = await receivedWhileBusy(client, "size=large", { headers });
      expect(unzipped(answered).length).toBeGreaterThan(200_000);
    },
  },
  {
    name: "a compressed stream is sent before its tasks run",
    async run({ client }) {
      const run = client.newRun();
      const answered = await client.play(run, "compressed", { headers });
      expect(unzipped(answered).length).toBeGreaterThan(800_000);
      expect(await client.until(run, "task")).toEqual(["last chunk", "task"]);
    },
  },
  {
    name: "durable tasks are stored before the head of a compressed response leaves",
    async run({ client }) {
      const run = client.newRun();
      const answered = await client.play(run, "durable&store=slow&kind=large", { headers });
      expect(unzipped(answered).length).toBeGreaterThan(200_000);
      expect(answered.headAt).toBeGreaterThanOrEqual((await client.entryOf(run, "stored")).at);
    },
  },
  {
    name: "when the store is down, 503 is sent instead of a compressed response",
    async run({ client }) {
      const answered = await client.play(client.newRun(), "durable&store=down&kind=large", { headers });
      expect([answered.status, answered.isComplete]).toEqual([503, true]);
      const isZipped = answered.headers["content-encoding"] === "gzip";
      expect(isZipped ? unzipped(answered) : answered.text).toBe('{"detail":"Service Unavailable"}');
    },
  },
];

function unzipped({ bytes, headers, isComplete }: Received): string {
  expect([headers["content-encoding"], isComplete]).toEqual(["gzip", true]);
  return gunzipSync(bytes).toString();
}
