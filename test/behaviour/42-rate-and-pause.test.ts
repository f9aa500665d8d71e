import { task } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { describe, expect, test } from "vitest";

import { openEngine, storePath } from "./support/engines.ts";
import { makeGate } from "./support/gate.ts";
import { forEachStore } from "./support/shared-store.ts";

const limit = 5;
const perMs = 300;
const call = task("call", { durable: true, rateLimit: { limit, per: perMs } }, (_context, to: number) => to);
const perTenant = task(
  "per-tenant",
  { durable: true, rateLimit: { limit: 2, per: perMs, key: (tenant: string) => tenant } },
  (_context, tenant: string) => tenant,
);
const note = task("note", { durable: true }, (_context, name: string) => name);

/** In a window of this length that ends at a start, there is no earlier start than the limit allows. */
function crowdedWindows(startedAt: readonly number[], most: number): readonly number[] {
  const sorted = startedAt.toSorted((one, other) => one - other);
  return sorted.filter((at, index) => index >= most && at - (sorted[index - most] ?? 0) < perMs);
}

describe("42: rate limit", () => {
  test("with two workers of their own on one file, in every window by the store's clock, and no slower than that", async () => {
    const path = storePath();
    const engines = [1, 2].map(() => openEngine({ store: sqlite(path), tasks: [call, note] }));
    for (const engine of engines) await engine.work({ concurrency: 20 });
    const begin = Date.now();
    const jobs = (await engines[0]?.enqueueMany(Array.from({ length: 20 }, (_, to) => [call, to] as const))) ?? [];
    const free = await engines[1]?.enqueue(note, "not limited");
    await free?.result();
    expect(Date.now() - begin).toBeLessThan(2 * perMs);
    await Promise.all(jobs.map((job) => job.result()));
    const startedAt = await Promise.all(jobs.map(async (job) => Number((await job.read()).startedAt)));
    expect(crowdedWindows(startedAt, limit)).toEqual([]);
    expect(Math.max(...startedAt) - Math.min(...startedAt)).toBeGreaterThanOrEqual(3 * perMs);
    expect(Math.max(...startedAt) - Math.min(...startedAt)).toBeLessThan(3 * perMs + 2_000);
  });

  test("attempts that fail count too: a retry is a start", async () => {
    const flaky = task(
      "flaky",
      { durable: true, retries: 3, backoff: 1, rateLimit: { limit: 1, per: perMs } },
      ({ attempt }) => {
        if (attempt < 3) throw new Error("again");
        return attempt;
      },
    );
    const engine = openEngine({ store: sqlite(storePath()), tasks: [flaky] });
    await engine.work();
    const job = await engine.enqueue(flaky);
    expect(await job.result()).toBe(3);
    const { failures, startedAt } = await job.read();
    expect(crowdedWindows([...failures.map((failure) => Number(failure.startedAt)), Number(startedAt)], 1)).toEqual([]);
  });

  test("the limit outlives its worker: a restart does not begin a window of its own", async () => {
    const path = storePath();
    const before = openEngine({ store: sqlite(path), tasks: [call] });
    await before.work();
    const first = await before.enqueueMany(Array.from({ length: limit }, (_, to) => [call, to] as const));
    await Promise.all(first.map((job) => job.result()));
    const started = await Promise.all(first.map(async (job) => Number((await job.read()).startedAt)));
    await before.close();
    const after = openEngine({ store: sqlite(path), tasks: [call] });
    await after.work();
    const job = await after.enqueue(call, 9);
    await job.result();
    expect(crowdedWindows([...started, Number((await job.read()).startedAt)], limit)).toEqual([]);
  });
});

forEachStore("42: rate limit by key", (fresh) => {
  test("tenants do not count for each other", async () => {
    const engine = openEngine({ store: fresh().open(), tasks: [perTenant] });
    await engine.work();
    const tenants = ["a", "a", "a", "a", "b", "b", "c"];
    const jobs = await engine.enqueueMany(tenants.map((tenant) => [perTenant, tenant] as const));
    await Promise.all(jobs.map((job) => job.result()));
    const startedAt = await Promise.all(jobs.map(async (job) => Number((await job.read()).startedAt)));
    for (const tenant of ["a", "b", "c"]) {
      expect(
        crowdedWindows(
          startedAt.filter((_, index) => tenants[index] === tenant),
          2,
        ),
      ).toEqual([]);
    }
    const first = Math.min(...startedAt);
    expect(startedAt.slice(4).every((at) => at - first < perMs)).toBe(true);
  });
});

forEachStore("42: a paused queue", (fresh) => {
  test("running ones end, none start, resume wakes at once; other queues go on", async () => {
    const gate = makeGate();
    const slow = task("slow", { durable: true }, async () => {
      await gate.passed;
      return "slow";
    });
    // With a poll this long only the wake can be what lets it start.
    const engine = openEngine({ store: fresh().open(), tasks: [slow, note], poll: "1h" });
    await engine.work();
    const running = await engine.enqueue(slow);
    await expect.poll(() => running.status()).toBe("running");
    await engine.pause("default");
    const held = await engine.enqueueMany([
      [note, "held"],
      [note.with({ delay: 50 }), "scheduled"],
    ]);
    const elsewhere = await engine.enqueue(note.with({ queue: "other" }), "elsewhere");
    expect(await elsewhere.result()).toBe("elsewhere");
    gate.open();
    expect(await running.result()).toBe("slow");
    await expect(held[0].result({ timeout: 150 })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
    expect(await Promise.all(held.map((job) => job.status()))).toEqual(["queued", "queued"]);
    expect((await engine.counts()).queues.find(({ name }) => name === "default")).toMatchObject({ paused: true });
    const start = performance.now();
    await engine.resume("default");
    expect(await Promise.all(held.map((job) => job.result()))).toEqual(["held", "scheduled"]);
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  test("the pause is the store's: it holds for workers that come later, and pausing twice is pausing once", async () => {
    const engine = openEngine({ store: fresh().open(), tasks: [note] });
    await engine.pause("default");
    await engine.pause("default");
    const job = await engine.enqueue(note, "x");
    const worker = await engine.work();
    await worker.stop();
    await engine.work();
    await expect(job.result({ timeout: 150 })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
    await engine.resume("default");
    await engine.resume("default");
    expect(await job.result()).toBe("x");
  });
});
