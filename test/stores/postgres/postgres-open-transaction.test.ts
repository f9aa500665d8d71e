import { setImmediate, setTimeout } from "node:timers/promises";

import { chain, task, type Engine } from "afterwork";
import { postgres } from "afterwork/postgres";
import { Client } from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import { openEngine } from "../../behaviour/support/engines.ts";
import { describeWith } from "../../support/service.ts";
import { newSchema } from "./roles.ts";
import { database, databaseUrl } from "./server.ts";

vi.setConfig({ testTimeout: 60_000 });

/** Less than any lock is waited for. */
const atOnceMs = 1_500;

const echo = (_context: object, value: string): string => value;
const plain = task("plain", { durable: true }, echo);
const delayed = task("delayed", { durable: true, delay: 50 }, echo);
const unique = task("unique", { durable: true, unique: true }, echo);
const limited = task("limited", { durable: true, concurrency: { limit: 1, key: () => "key" } }, echo);
const rated = task("rated", { durable: true, rateLimit: { limit: 50, per: "1s", key: () => "key" } }, echo);
const elsewhere = task("elsewhere", { durable: true, queue: "elsewhere" }, echo);
const tasks = [plain, delayed, unique, limited, rated, elsewhere];

async function open(): Promise<{ readonly engine: Engine; readonly tx: Client }> {
  const schema = newSchema();
  const engine = openEngine({ store: postgres(databaseUrl, { schema }), tasks, storeTimeout: "20s", poll: 200 });
  const tx = new Client({ connectionString: databaseUrl });
  onTestFinished(() => tx.end());
  await tx.connect();
  await engine.counts();
  await tx.query("begin");
  for (const one of tasks) await engine.enqueue(one.with({ tx }), "of the transaction");
  return { engine, tx };
}

/** The result of every task, called by somebody else; each of them must be there at once. */
async function runOthers(engine: Engine): Promise<readonly unknown[]> {
  const results: unknown[] = [];
  for (const one of tasks) {
    const began = performance.now();
    const job = await engine.enqueue(one, "of another one");
    results.push(await job.result({ timeout: "10s" }));
    expect(performance.now() - began, one.name).toBeLessThan(atOnceMs);
  }
  return results;
}

describeWith(database, "a transaction that stays open, on PostgreSQL", () => {
  test("holds up nobody: not those with the same limits, nor those of a queue that was new to it", async () => {
    const { engine, tx } = await open();
    await engine.work();
    expect(await runOthers(engine)).toEqual(tasks.map(() => "of another one"));
    const chained = await engine.enqueue(chain([plain, "in a chain"], delayed));
    expect(await chained.result({ timeout: atOnceMs })).toBe("in a chain");
    await tx.query("commit");
    await vi.waitFor(async () => {
      expect((await engine.counts()).statuses).toMatchObject({
        queued: 0,
        running: 0,
        succeeded: 2 * tasks.length + 2,
      });
    }, 10_000);
  });

  test("holds up looking, pausing, cancelling and retrying no more than that", async () => {
    const { engine, tx } = await open();
    const job = await engine.enqueue(plain, "to be cancelled");
    const began = performance.now();
    await engine.pause("default");
    expect(await job.cancel()).toBeTruthy();
    await engine.resume("default");
    expect((await engine.jobs()).jobs.map(({ id }) => id)).toEqual([job.id]);
    expect((await engine.counts()).statuses).toMatchObject({ queued: 0, scheduled: 0, cancelled: 1 });
    await engine.retry(job.id);
    expect(performance.now() - began).toBeLessThan(atOnceMs);
    await tx.query("rollback");
  });

  test("makes the same unique key wait until it ends: taken after a commit, free after a rollback", async () => {
    for (const [end, deduplicated] of [
      ["commit", true],
      ["rollback", false],
    ] as const) {
      const { engine, tx } = await open();
      const same = engine.enqueue(unique, "of the transaction");
      expect(await Promise.race([same.then(() => "stored"), Promise.resolve("waits")])).toBe("waits");
      await tx.query(end);
      expect((await same).deduplicated).toBe(deduplicated);
    }
  });

  test("is not asked over and over for the job that it has replaced, and that would be due", async () => {
    const store = postgres(databaseUrl, { schema: newSchema() });
    const claim = vi.spyOn(store, "claim");
    const replaced = task("replaced", { durable: true, unique: { key: () => "key", onConflict: "replace" } }, echo);
    const engine = openEngine({ store, tasks: [replaced] });
    await engine.work();
    const tx = new Client({ connectionString: databaseUrl });
    onTestFinished(() => tx.end());
    await tx.connect();
    const job = await engine.enqueue(replaced.with({ delay: 300 }), "before");
    await tx.query("begin");
    await engine.enqueue(replaced.with({ delay: 300, tx }), "after");
    await setTimeout(500);
    claim.mockClear();
    await setTimeout(1_000);
    expect(claim.mock.calls.length).toBeLessThan(40);
    await tx.query("commit");
    const began = performance.now();
    expect(await job.result({ timeout: "10s" })).toBe("after");
    expect(performance.now() - began).toBeLessThan(atOnceMs);
  });

  test("holds up nobody else in the process of those who wait for its unique key", async () => {
    const { engine, tx } = await open();
    await engine.work();
    const waiting = [0, 1].map(() => engine.enqueue(unique, "of the transaction"));
    await setImmediate();
    expect(await runOthers(engine)).toEqual(tasks.map(() => "of another one"));
    waiting.push(engine.enqueue(unique, "of the transaction"));
    const began = performance.now();
    await Promise.all(["a", "b", "c"].map((value) => engine.enqueue(unique, value)));
    expect(performance.now() - began).toBeLessThan(atOnceMs);
    // Once it had run, its key would be free for whoever is stored after that.
    await engine.pause("default");
    await tx.query("commit");
    expect((await Promise.all(waiting)).map(({ deduplicated }) => deduplicated)).toEqual([true, true, true]);
  });
});
