import { DatabaseSync } from "node:sqlite";
import { once } from "node:events";
import { Worker } from "node:worker_threads";

import { JobNotFoundError, memory, StoreFaultError, task, type Call } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { describe, expect, onTestFinished, test } from "vitest";

import { openEngine, storePath, withChanges } from "./support/engines.ts";
import { forEachStore } from "./support/shared-store.ts";

const mail = task("mail", { durable: true }, (_context, to: number) => to);
const other = task("other", { durable: true }, (_context, name: string) => name);

describe("30: enqueueMany of 100,000", () => {
  test("in a heap of 300 MB: all are stored, with ids in the order of the calls", async () => {
    const count = 100_000;
    const path = storePath();
    const thread = new Worker(new URL("./fixtures/bulk-enqueue.ts", import.meta.url), {
      workerData: { path, count },
      resourceLimits: { maxOldGenerationSizeMb: 300 },
    });
    onTestFinished(async () => void (await thread.terminate()));
    const [report] = (await once(thread, "message")) as [unknown];
    expect(report).toEqual({ jobs: count, distinct: count, isSorted: true });
    await once(thread, "exit");
    const db = new DatabaseSync(path, { readOnly: true });
    onTestFinished(() => db.close());
    expect(db.prepare("select count(*) as n from afterwork_job").get()).toEqual({ n: count });
    // They are numbered in the order of storing, which is that of the calls if it is that of their ids.
    const order = "select count(*) as n from afterwork_job as a join afterwork_job as b on b.seq = a.seq + 1";
    expect(db.prepare(`${order} where b.id <= a.id`).get()).toEqual({ n: 0 });
  }, 60_000);

  test("goes to the store in chunks, none of which is larger than it takes, and others are let in between", async () => {
    const sizes: number[] = [];
    const store = memory();
    const insert: typeof store.insert = (jobs) => {
      sizes.push(jobs.length);
      return store.insert(jobs);
    };
    const engine = openEngine({ store: withChanges(store, { insert }), tasks: [mail] });
    const bulk = engine.enqueueMany(Array.from({ length: 100_000 }, (_, to) => [mail, to] as const));
    await bulk;
    expect(Math.max(...sizes)).toBeLessThanOrEqual(store.capabilities.maxBatch);
    expect(sizes.reduce((sum, size) => sum + size)).toBe(100_000);
  });
});

forEachStore("30: the order of bulk calls", (fresh) => {
  test("jobs come back in the order of the calls, and run in it", async () => {
    const ran: unknown[] = [];
    const note = task("note", { durable: true }, (_context, to: number) => void ran.push(to));
    const engine = openEngine({ store: fresh().open(), tasks: [note] });
    const jobs = await engine.enqueueMany(Array.from({ length: 5_000 }, (_, to) => [note, to] as const));
    expect(jobs.map(({ id }) => id)).toEqual(jobs.map(({ id }) => id).toSorted());
    await engine.work({ concurrency: 1 });
    await jobs.at(-1)?.result();
    expect(ran).toEqual(jobs.map((_, index) => index));
  });

  test("tasks may be mixed, each with its own options; none is nothing", async () => {
    const engine = openEngine({ store: fresh().open(), tasks: [mail, other] });
    expect(await engine.enqueueMany([])).toEqual([]);
    const [first, second, third] = await engine.enqueueMany([
      [mail, 1],
      [other.with({ priority: 9 }), "b"],
      [mail.with({ delay: "1h" }), 3],
    ]);
    await engine.work();
    expect(await Promise.all([first.result(), second.result(), third.status()])).toEqual([1, "b", "scheduled"]);
    expect((await second.read()).priority).toBe(9);
  });

  test("a chunk that the store refuses is not stored at all, and the call says so", async () => {
    const store = fresh().open();
    let chunks = 0;
    const insert: typeof store.insert = (jobs) => {
      chunks += 1;
      return chunks < 3 ? store.insert(jobs) : Promise.reject(new StoreFaultError("the disk is full"));
    };
    const engine = openEngine({ store: withChanges(store, { insert }), tasks: [mail] });
    const calls: readonly Call[] = Array.from({ length: 5_000 }, (_, to) => [mail, to] as const);
    await expect(engine.enqueueMany(calls)).rejects.toThrow(/the disk is full/);
    const stored = (await engine.counts()).statuses.queued;
    expect(stored).toBeGreaterThan(0);
    expect(stored).toBeLessThan(5_000);
    await expect(engine.job("01890000-0000-7000-8000-000000000000").status()).rejects.toBeInstanceOf(JobNotFoundError);
  });
});

test("30: several bulk calls and single ones at the same time keep apart", async () => {
  const engine = openEngine({ store: sqlite(storePath(), { synchronous: "normal" }), tasks: [mail] });
  const bulks = [0, 1, 2].map((bulk) =>
    engine.enqueueMany(Array.from({ length: 3_000 }, (_, to) => [mail, bulk * 10_000 + to] as const)),
  );
  const singles = Array.from({ length: 100 }, (_, to) => engine.enqueue(mail, -to));
  const jobs = [...(await Promise.all(bulks)).flat(), ...(await Promise.all(singles))];
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(9_100);
  const third = (await bulks[2])?.[7] ?? expect.fail();
  expect((await third.read()).args).toEqual([20_007]);
});
