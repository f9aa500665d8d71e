import { task, type Job } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { describe, expect, test } from "vitest";

import { openEngine, storePath } from "./support/engines.ts";
import { makeGate } from "./support/gate.ts";
import { forEachStore } from "./support/shared-store.ts";

forEachStore("41: higher priority first, equal ones in order", (fresh) => {
  const ran: string[] = [];
  const note = task("note", { durable: true }, (_context, name: string) => void ran.push(name));

  test("whatever the way they were enqueued in", async () => {
    ran.length = 0;
    const engine = openEngine({ store: fresh().open(), tasks: [note] });
    const jobs: Job[] = [];
    for (const priority of [0, -100, 5, 100, 5, 0]) {
      jobs.push(await engine.enqueue(note.with({ priority }), `${priority} ${jobs.length}`));
    }
    jobs.push(
      ...(await engine.enqueueMany([5, 100].map((priority) => [note.with({ priority }), `${priority} bulk`] as const))),
    );
    await engine.work({ concurrency: 1 });
    await Promise.all(jobs.map((job) => job.result()));
    expect(ran).toEqual(["100 3", "100 bulk", "5 2", "5 4", "5 bulk", "0 0", "0 5", "-100 1"]);
  });

  test("one that comes while others wait is next, though many were fetched ahead of it", async () => {
    ran.length = 0;
    const store = fresh().open();
    const engine = openEngine({ store, tasks: [note] });
    await engine.enqueueMany(Array.from({ length: 3_000 }, (_, index) => [note, `${index}`] as const));
    await engine.work({ concurrency: 1 });
    await expect.poll(() => ran.length).toBeGreaterThan(10);
    const urgent = await engine.enqueue(note.with({ priority: 10 }), "urgent");
    const waited = ran.length;
    await urgent.result();
    // No more are fetched ahead than one claim takes, and another one where that is under way meanwhile.
    const { goodBatch, remote } = store.capabilities;
    expect(ran.indexOf("urgent") - waited).toBeLessThanOrEqual(remote ? 2 * goodBatch : goodBatch);
  });

  test("due later does not mean later in line: the order among due ones is that of their due times", async () => {
    ran.length = 0;
    const engine = openEngine({ store: fresh().open(), tasks: [note] });
    const jobs = await engine.enqueueMany(
      [30, 10, 20, 0].map((delay) => [note.with({ delay }), `after ${delay} ms`] as const),
    );
    await expect.poll(async () => (await engine.counts()).statuses.scheduled).toBe(0);
    await engine.work({ concurrency: 1 });
    await Promise.all(jobs.map((job) => job.result()));
    expect(ran).toEqual(["after 0 ms", "after 10 ms", "after 20 ms", "after 30 ms"]);
  });

  test.each([{ queues: ["full", "small"] }, {}])(
    "the queues of a worker are served in rotation: a full one starves no other, %o",
    async (own) => {
      ran.length = 0;
      const engine = openEngine({ store: fresh().open(), tasks: [note] });
      await engine.enqueueMany(Array.from({ length: 1_000 }, () => [note.with({ queue: "full" }), "full"] as const));
      const others = await engine.enqueueMany(
        Array.from({ length: 10 }, () => [note.with({ queue: "small", priority: -100 }), "small"] as const),
      );
      await engine.work({ concurrency: 2, ...own });
      await Promise.all(others.map((job) => job.result()));
      expect(ran.lastIndexOf("small")).toBeLessThan(900);
    },
  );

  test("a worker takes nothing from queues that it does not serve", async () => {
    ran.length = 0;
    const engine = openEngine({ store: fresh().open(), tasks: [note] });
    const foreign = await engine.enqueue(note.with({ queue: "images", priority: 100 }), "foreign");
    const own = await engine.enqueue(note, "own");
    await engine.work({ queues: ["default"] });
    await own.result();
    expect([ran, await foreign.status()]).toEqual([["own"], "queued"]);
    await engine.work({ queues: ["images"] });
    await foreign.result();
  });
});

/** Counts, by key, how many run now and the most that ever did. */
class Meter {
  readonly most = new Map<string, number>();
  readonly #running = new Map<string, number>();

  async run(key: string, work: () => Promise<unknown>): Promise<void> {
    const running = (this.#running.get(key) ?? 0) + 1;
    this.#running.set(key, running);
    this.most.set(key, Math.max(this.most.get(key) ?? 0, running));
    try {
      await work();
    } finally {
      this.#running.set(key, (this.#running.get(key) ?? 0) - 1);
    }
  }
}

const limit = { limit: 2, key: (tenant: string): string => tenant };

describe("41: concurrency { limit: 2, key: tenant }, and one tenant with 90 % of the jobs", () => {
  test("with two workers on one file: never more than 2 of any; others don't wait for the crowd, even if it hangs", async () => {
    const path = storePath();
    const meter = new Meter();
    const mayEnd = makeGate();
    const work = task("work", { durable: true, concurrency: limit }, (_context, tenant: string) =>
      meter.run(tenant, () => (tenant === "big" ? mayEnd.passed : new Promise(setImmediate))),
    );
    const engines = [1, 2].map(() => openEngine({ store: sqlite(path), tasks: [work] }));
    const tenants = Array.from({ length: 300 }, (_, index) => (index % 10 === 9 ? `small ${index % 3}` : "big"));
    const jobs = (await engines[0]?.enqueueMany(tenants.map((tenant) => [work, tenant] as const))) ?? [];
    for (const engine of engines) await engine.work({ concurrency: 10 });
    await Promise.all(jobs.filter((_, index) => tenants[index] !== "big").map((job) => job.result()));
    expect(meter.most.get("big")).toBe(2);
    mayEnd.open();
    await Promise.all(jobs.map((job) => job.result()));
    expect(Math.max(...meter.most.values())).toBeLessThanOrEqual(2);
  });

  test("others keep their wait within 2×: as many starts lie before theirs, give or take, as without the crowd", async () => {
    const started: string[] = [];
    const work = task("work", { durable: true, concurrency: limit }, async (_context, tenant: string) => {
      started.push(tenant);
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    const others = Array.from({ length: 30 }, (_, index) => `small ${index % 5}`);
    const crowded = others.flatMap((tenant) => [...Array.from({ length: 9 }, () => "big"), tenant]);
    /** How many starts there were until the last of the small ones. */
    const trial = async (tenants: readonly string[]): Promise<number> => {
      started.length = 0;
      const engine = openEngine({ store: sqlite(storePath()), tasks: [work] });
      const jobs = await engine.enqueueMany(tenants.map((tenant) => [work, tenant] as const));
      await engine.work({ concurrency: 12 });
      await Promise.all(jobs.filter((_, index) => tenants[index] !== "big").map((job) => job.result()));
      await engine.close({ grace: 100 });
      return started.findLastIndex((tenant) => tenant !== "big") + 1;
    };
    const alone = await trial(others);
    expect(alone).toBe(30);
    expect(await trial(crowded)).toBeLessThanOrEqual(2 * alone);
  });

  test("a permit is free again after a failure, a retry, a snooze, a timeout and a cancellation", async () => {
    const meter = new Meter();
    const work = task(
      "work",
      { durable: true, retries: 1, backoff: 5, timeout: 50, concurrency: { limit: 1, key: "one" } },
      ({ job, attempt, signal }, how: string) =>
        meter.run("one", async () => {
          await new Promise(setImmediate);
          if (how === "snooze" && attempt === 1 && Date.now() - Number(job.createdAt) < 100) job.snooze(100);
          if (how === "fail") throw new Error("fail");
          if (how === "hang") await new Promise((_resolve, reject) => signal.addEventListener("abort", reject));
        }),
    );
    const engine = openEngine({ tasks: [work] });
    const hows = ["fail", "snooze", "hang", "fine", "fail", "fine"];
    const jobs = await engine.enqueueMany(hows.map((how) => [work, how] as const));
    const cancelled = await engine.enqueue(work, "fine");
    await cancelled.cancel();
    await engine.work();
    const outcomes = await Promise.allSettled(jobs.map((job) => job.result()));
    expect(outcomes.map(({ status }) => status)).toEqual(
      hows.map((how) => (how === "fail" || how === "hang" ? "rejected" : "fulfilled")),
    );
    expect(meter.most.get("one")).toBe(1);
  });
});
