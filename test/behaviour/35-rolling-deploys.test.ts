import type { Engine, Job } from "afterwork";
import { expect, test, vi } from "vitest";

import * as tasks from "./fixtures/durable/deployed-tasks.ts";
import type { Child } from "./support/child.ts";
import { forEachSharedStore, type SharedStore } from "./support/shared-store.ts";

const { a, b, limitedB, holdingB } = tasks;

vi.setConfig({ testTimeout: 60_000 });

function start(store: SharedStore, version: "old" | "new"): Promise<Child> {
  return store.worker({ VERSION: version }, "deployed-worker.ts");
}

/** So many jobs of the task that everybody knows; resolves with the time until the last one has ended. */
async function timeOf(engine: Engine, count: number): Promise<number> {
  const begun = performance.now();
  const jobs = await engine.enqueueMany(Array.from({ length: count }, (_, number) => [a, number] as const));
  await Promise.all(jobs.map((job) => job.result()));
  return performance.now() - begun;
}

/** Jobs that only newer workers know: some go first, some are due later, lie in another queue, or wait for a permit. */
function enqueueNews(engine: Engine): Promise<readonly Job<number>[]> {
  return engine.enqueueMany(
    Array.from({ length: 600 }, (_, number) => {
      if (number % 6 === 0) return [b.with({ delay: 300 }), number] as const;
      if (number % 6 === 1) return [b.with({ queue: "other" }), number] as const;
      if (number % 6 === 2) return [limitedB, number] as const;
      return [b.with({ priority: 50 }), number] as const;
    }),
  );
}

function linesOf(workers: readonly Child[], fits: RegExp): readonly string[] {
  return workers.flatMap(({ lines }) => lines).filter((line) => fits.test(line));
}

async function stop(workers: readonly Child[]): Promise<void> {
  for (const { process } of workers) process.kill("SIGTERM");
  expect(await Promise.all(workers.map(({ exit }) => exit))).toEqual(workers.map(() => 0));
}

forEachSharedStore("35: a rolling deploy", (fresh) => {
  test("old workers go on at their speed beside jobs that only newer ones know, and those wait for them", async () => {
    const store = fresh();
    const engine = store.engine(tasks);
    const old = await Promise.all([start(store, "old"), start(store, "old")]);
    await timeOf(engine, 300);
    const aloneMs = await timeOf(engine, 1_500);

    const [news, besideMs] = await Promise.all([enqueueNews(engine), timeOf(engine, 1_500)]);
    console.log(`1500 jobs alone: ${Math.round(aloneMs)} ms, beside those: ${Math.round(besideMs)} ms`);
    expect(besideMs).toBeLessThan(2 * aloneMs + 1_000);
    const plain = news.filter((_, number) => number % 6 !== 2).map(({ id }) => id);
    // All those without a limit have been told by now or soon, once each time that a worker came across them.
    const told = (): Set<string> => new Set(linesOf(old, /^unknown b /).map((line) => line.split(" ")[2] ?? ""));
    await expect.poll(() => plain.filter((id) => !told().has(id)), { timeout: 15_000 }).toEqual([]);
    expect(linesOf(old, /^unknown limited-b /).length).toBeGreaterThan(0);
    expect((await engine.counts()).statuses).toMatchObject({ queued: news.length, running: 0, succeeded: 3_300 });

    const young = await start(store, "new");
    const ranIn = await Promise.all(news.map((job) => job.result()));
    expect(new Set(ranIn)).toEqual(new Set([young.process.pid]));
    expect(linesOf([young], /^ran (limited-)?b /)).toHaveLength(news.length);
    const records = await Promise.all(news.map((job) => job.read()));
    expect(records.filter(({ attempt, failures }) => attempt !== 1 || failures.length > 0)).toEqual([]);

    await stop(old);
    expect(linesOf(old, /^ran (?!a )/)).toEqual([]);
    const later = await Promise.all([engine.enqueue(a, 0), engine.enqueue(b, 0)]);
    expect(await Promise.all(later.map((job) => job.result()))).toEqual([young.process.pid, young.process.pid]);
    const { statuses } = await engine.counts();
    expect(statuses).toMatchObject({ queued: 0, running: 0, retrying: 0, failed: 0, succeeded: 3_302 + news.length });
  });

  test("rolled back in the middle, what is left waits again for the next newer worker", async () => {
    const store = fresh();
    const engine = store.engine(tasks);
    const old = await start(store, "old");
    const first = await start(store, "new");
    const jobs = await engine.enqueueMany(Array.from({ length: 5_000 }, (_, number) => [b, number] as const));
    await first.line(/^ran b /);
    await stop([first]);
    const left = jobs.length - linesOf([first], /^ran b /).length;
    expect(left).toBeGreaterThan(0);
    await timeOf(engine, 100);
    await expect.poll(async () => (await engine.counts()).statuses.queued).toBe(left);
    const second = await start(store, "new");
    await Promise.all(jobs.map((job) => job.result()));
    expect(linesOf([second], /^ran b /)).toHaveLength(left);
    expect(linesOf([old], /^ran b /)).toEqual([]);
  });

  test("a job of a newer worker that was killed is taken back by an old one, and waits for a newer one", async () => {
    const store = fresh();
    const engine = store.engine(tasks);
    const old = await start(store, "old");
    const victim = await start(store, "new");
    const job = await engine.enqueue(holdingB);
    await victim.line(/^holding-b started 1$/);
    victim.process.kill("SIGKILL");
    await old.line(/^reclaimed holding-b 1$/);
    await old.line(new RegExp(`^unknown holding-b ${job.id}$`));
    const { status, attempt } = await job.read();
    expect({ status, attempt }).toEqual({ status: "queued", attempt: 1 });
    const heir = await start(store, "new");
    await heir.line(/^holding-b started 2$/);
    heir.process.kill("SIGUSR2");
    expect(await job.result()).toBe(heir.process.pid);
    expect((await job.read()).failures).toMatchObject([{ attempt: 1, crashed: true }]);
  });
});
