import { memory, task, type Engine, type Store } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { TestClock } from "afterwork/testing";
import { describe, expect, test } from "vitest";

import { openEngine, storePath, withChanges } from "./support/engines.ts";

const hour = 3_600_000;
const fine = task("fine", { durable: true }, (_context, value: number) => value);
const broken = task("broken", { durable: true }, (_context, value: number) => {
  throw new Error(`${value}`);
});
const brief = task("brief", { durable: true, retention: { succeeded: "1h" } }, (_context, value: number) => value);
const tasks = [fine, broken, brief];

const kinds: readonly { readonly name: string; readonly open: (clock: TestClock) => Store }[] = [
  { name: "memory", open: (clock) => memory({ clock }) },
  { name: "sqlite", open: (clock) => sqlite(storePath(), { clock, synchronous: "normal" }) },
];

/** Runs jobs to their ends, with a worker that is gone when they have. */
async function run(engine: Engine, calls: readonly (readonly [typeof fine, number])[]): Promise<readonly string[]> {
  const jobs = await engine.enqueueMany(calls);
  const worker = await engine.work({ concurrency: 50 });
  await Promise.allSettled(jobs.map((job) => job.result()));
  await worker.stop();
  return jobs.map(({ id }) => id);
}

describe.each(kinds)("47: retention, on $name", ({ open }) => {
  test("what has ended is kept as long as the engine, the task or the call says, and not longer", async () => {
    const clock = new TestClock();
    const store = open(clock);
    const engine = openEngine({ store, clock, tasks, retention: { succeeded: "1d", failed: "3d" } });
    const ids = await run(engine, [
      [fine, 1],
      [broken, 2],
      [brief, 3],
      [fine.with({ retention: { succeeded: "2h" } }), 4],
    ]);
    const later = await engine.enqueue(fine.with({ delay: "30d" }), 5);
    const kept = async (): Promise<readonly number[]> => {
      while ((await store.prune(50)).more);
      const records = await store.get([...ids, later.id]);
      return records.flatMap((record, index) => (record === undefined ? [] : [index + 1]));
    };
    expect(await kept()).toEqual([1, 2, 3, 4, 5]);
    clock.advance(hour + 1);
    expect(await kept()).toEqual([1, 2, 4, 5]);
    clock.advance(hour);
    expect(await kept()).toEqual([1, 2, 5]);
    clock.advance(22 * hour);
    expect(await kept()).toEqual([2, 5]);
    clock.advance(48 * hour);
    expect(await kept()).toEqual([5]);
  });

  test("in chunks: none of them takes long, others are let in between, and all are forgotten in the end", async () => {
    const clock = new TestClock();
    const store = open(clock);
    const engine = openEngine({ store, clock, tasks, retention: { succeeded: "1h" } });
    await run(
      engine,
      Array.from({ length: 3_000 }, (_, value) => [fine, value] as const),
    );
    clock.advance("2h");
    let removed = 0;
    let chunks = 0;
    for (let more = true; more; chunks += 1) {
      const answer = await store.prune(1);
      more = answer.more;
      removed += answer.removed;
      if (chunks % 10 === 0) await engine.enqueue(fine, chunks);
    }
    expect(removed).toBe(3_000);
    expect((await engine.counts()).statuses.succeeded).toBe(0);
    expect((await engine.counts()).statuses.queued).toBe(Math.ceil(chunks / 10));
  });

  test("a worker does it by itself, time and again", async () => {
    const clock = new TestClock();
    const store = open(clock);
    let prunes = 0;
    const prune: Store["prune"] = (budgetMs) => {
      prunes += 1;
      return store.prune(budgetMs);
    };
    const engine = openEngine({ store: withChanges(store, { prune }), clock, tasks, retention: { succeeded: "1m" } });
    await engine.work();
    const job = await engine.enqueue(fine, 1);
    await job.result();
    for (let step = 0; step < 300 && (await store.get([job.id]))[0] !== undefined; step += 1) {
      clock.advance("1s");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await expect(job.status()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    expect(prunes).toBeGreaterThan(1);
  });
});

describe("47: what is not claimed does not slow a claim", () => {
  /** The median of the times that claims of one job take, in milliseconds. */
  async function claimMs(store: Store): Promise<number> {
    const times: number[] = [];
    for (let count = 0; count < 200; count += 1) {
      const begin = performance.now();
      const request = { worker: "w", token: `w:${times.length}`, queues: undefined, tasks: ["fine"] };
      const { jobs } = await store.claim({ ...request, limit: 1, keyedLimit: 1 });
      times.push(performance.now() - begin);
      expect(jobs).toHaveLength(1);
    }
    return times.toSorted((one, other) => one - other)[100] ?? Number.NaN;
  }

  test.each(kinds)(
    "30,000 scheduled and 10,000 finished jobs: as fast as in an empty store, on $name",
    async ({ open }) => {
      const clock = new TestClock();
      const store = open(clock);
      const engine = openEngine({ store, clock, tasks });
      await engine.enqueueMany(Array.from({ length: 300 }, (_, value) => [fine, value] as const));
      await store.register({ id: "w", leaseMs: 60_000, name: "here" });
      const empty = await claimMs(store);
      await store.extend("w", [], { leaving: true });
      await run(
        engine,
        Array.from({ length: 10_000 }, (_, value) => [fine, value] as const),
      );
      const delayed = fine.with({ delay: "1d" });
      await engine.enqueueMany(Array.from({ length: 30_000 }, (_, value) => [delayed, value] as const));
      await engine.enqueueMany(Array.from({ length: 300 }, (_, value) => [fine, value] as const));
      await store.register({ id: "w", leaseMs: 60_000, name: "here" });
      // A scan of 40,000 rows would take tens of milliseconds; what is measured here is some tens of microseconds.
      expect(await claimMs(store)).toBeLessThan(3 * empty + 2);
    },
    30_000,
  );
});
