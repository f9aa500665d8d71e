import { DatabaseSync } from "node:sqlite";

import { InvalidArgumentsError, task, type Job, type Store } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { describe, expect, onTestFinished, test } from "vitest";

import { openEngine, storePath } from "./support/engines.ts";

const mail = task("mail", { durable: true }, (_context, to: number) => to);
const keyed = task("keyed", { durable: true, unique: true }, (_context, to: number) => to);

/** How many write transactions an SQLite store has committed. */
const commitsOf = (store: Store): number => (store as Store & { readonly commits: number }).commits;

/** Counts jobs on a connection of its own, which sees nothing that is not committed. */
function outsider(path: string): () => number {
  const db = new DatabaseSync(path, { readOnly: true });
  onTestFinished(() => db.close());
  const count = db.prepare("select count(*) as n from afterwork_job");
  return () => Number(count.get()?.["n"]);
}

describe("28: 1,000 concurrent single enqueues", () => {
  test("take at most 50 write transactions, and every promise resolves after its commit", async () => {
    const path = storePath();
    const store = sqlite(path);
    const engine = openEngine({ store, tasks: [mail] });
    await engine.counts();
    const committed = outsider(path);
    const before = commitsOf(store);
    let resolved = 0;
    const early: number[] = [];
    const jobs = await Promise.all(
      Array.from({ length: 1_000 }, async (_, to) => {
        const job = await engine.enqueue(mail, to);
        resolved += 1;
        if (committed() < resolved) early.push(to);
        return job;
      }),
    );
    const taken = commitsOf(store) - before;
    expect(early).toEqual([]);
    expect([committed(), new Set(jobs.map(({ id }) => id)).size]).toEqual([1_000, 1_000]);
    expect(taken).toBeGreaterThan(0);
    expect(taken).toBeLessThanOrEqual(50);
  });

  test("before the store is open: all of them wait for it", async () => {
    const engine = openEngine({ store: sqlite(storePath()), tasks: [mail] });
    const jobs = await Promise.all(Array.from({ length: 1_000 }, (_, to) => engine.enqueue(mail, to)));
    await engine.work({ concurrency: 100 });
    expect(await Promise.all(jobs.map((job) => job.result()))).toEqual(jobs.map((_, to) => to));
  });

  test("in waves that each begin when one of the last has been stored", async () => {
    const store = sqlite(storePath());
    const engine = openEngine({ store, tasks: [mail] });
    await engine.counts();
    const before = commitsOf(store);
    const jobs: Job[] = [];
    const produce = async (): Promise<void> => {
      for (let count = 0; count < 20; count += 1) jobs.push(await engine.enqueue(mail, count));
    };
    await Promise.all(Array.from({ length: 50 }, produce));
    expect(jobs).toHaveLength(1_000);
    expect(commitsOf(store) - before).toBeLessThanOrEqual(50);
  });

  test("what is wrong with one fails only that one", async () => {
    const engine = openEngine({ store: sqlite(storePath()), tasks: [mail] });
    const outcomes = await Promise.allSettled(
      Array.from({ length: 1_000 }, (_, to) => engine.enqueue(mail, to % 100 === 7 ? Number.NaN : to)),
    );
    const failed = outcomes.filter((outcome) => outcome.status === "rejected");
    expect(failed).toHaveLength(10);
    for (const { reason } of failed) expect(reason).toBeInstanceOf(InvalidArgumentsError);
    expect((await engine.counts()).statuses.queued).toBe(990);
  });

  test("those with keys and those without, mixed", async () => {
    const path = storePath();
    const store = sqlite(path);
    const engine = openEngine({ store, tasks: [mail, keyed] });
    await engine.counts();
    const before = commitsOf(store);
    const calls = Array.from({ length: 1_000 }, (_, to) => engine.enqueue(to % 2 === 0 ? mail : keyed, to % 100));
    const jobs = await Promise.all(calls);
    expect(jobs.filter(({ deduplicated }) => deduplicated)).toHaveLength(450);
    expect(commitsOf(store) - before).toBeLessThanOrEqual(50);
  });
});
