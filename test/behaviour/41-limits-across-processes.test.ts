import { expect, test, vi } from "vitest";

import { both, narrow, perTenant } from "./fixtures/durable/limited-tasks.ts";
import type { Child } from "./support/child.ts";
import { forEachSharedStore, type SharedStore } from "./support/shared-store.ts";

vi.setConfig({ testTimeout: 60_000 });

/** Each with fewer slots than the limits would let run, so that one alone can't do it all. */
function fourWorkers(store: SharedStore): Promise<readonly Child[]> {
  return Promise.all(Array.from({ length: 4 }, () => store.worker({ CONCURRENCY: "3" })));
}

/** From when to when a function ran. */
interface Run {
  readonly begun: bigint;
  readonly ended: bigint;
}

/** All runs of the workers by name. */
function runsOf(workers: readonly Child[]): ReadonlyMap<string, readonly Run[]> {
  const words = workers.flatMap(({ lines }) => lines.map((line) => line.split(" "))).filter(([verb]) => verb === "ran");
  const runs = words.map(([, name = "", begun = "", ended = ""]) => ({
    name,
    begun: BigInt(begun),
    ended: BigInt(ended),
  }));
  return Map.groupBy(runs, ({ name }) => name);
}

/** The most of them that there ever were at the same time. */
function mostAtOnce(runs: readonly Run[]): number {
  const changes = runs.flatMap(({ begun, ended }) => [
    { at: begun, by: 1 },
    { at: ended, by: -1 },
  ]);
  changes.sort((one, other) => (one.at === other.at ? one.by - other.by : one.at < other.at ? -1 : 1));
  let running = 0;
  return Math.max(...changes.map(({ by }) => (running += by)));
}

forEachSharedStore("41: limits over four processes", (fresh) => {
  test("by key, and of a whole queue: reached and never exceeded, wherever the jobs run", async () => {
    const store = fresh();
    const engine = store.engine([perTenant, narrow]);
    const workers = await fourWorkers(store);
    const tenants = Array.from({ length: 120 }, (_, index) => (index % 4 === 0 ? "abc".charAt(index % 3) : "big"));
    const [ofTenants, inQueue] = await Promise.all([
      engine.enqueueMany(tenants.map((tenant) => [perTenant, tenant] as const)),
      engine.enqueueMany(Array.from({ length: 80 }, () => [narrow] as const)),
    ]);
    const ranIn = await Promise.all([...ofTenants, ...inQueue].map((job) => job.result()));
    expect(new Set(ranIn).size).toBeGreaterThan(1);
    const runs = runsOf(workers);
    const counts = [...runs].map(([name, { length }]) => `${name} ${length}`);
    expect(counts.toSorted()).toEqual(["narrow 80", "tenant-a 10", "tenant-b 10", "tenant-big 90", "tenant-c 10"]);
    expect(mostAtOnce(runs.get("narrow") ?? [])).toBe(3);
    expect(mostAtOnce(runs.get("tenant-big") ?? [])).toBe(2);
    for (const tenant of ["a", "b", "c"]) expect(mostAtOnce(runs.get(`tenant-${tenant}`) ?? [])).toBeLessThan(3);
  });

  test("they hold when a worker is killed, whose permits come back with its jobs", async () => {
    const store = fresh();
    const engine = store.engine([narrow]);
    const workers = await fourWorkers(store);
    const jobs = await engine.enqueueMany(Array.from({ length: 400 }, () => [narrow] as const));
    const victim = await Promise.any(workers.map((worker) => worker.line(/^ran narrow /).then(() => worker)));
    victim.process.kill("SIGKILL");
    await Promise.all(jobs.map((job) => job.result()));
    const runs = runsOf(workers).get("narrow") ?? [];
    expect(mostAtOnce(runs)).toBe(3);
    // By the end all permits are there again.
    const ended = runs.map((run) => run.ended).toSorted((one, other) => (one < other ? -1 : 1));
    expect(mostAtOnce(runs.filter((run) => run.begun > (ended.at(-20) ?? 0n)))).toBe(3);
  });

  test("with concurrency and rateLimit, both hold", async () => {
    const store = fresh();
    const engine = store.engine([both]);
    const workers = await fourWorkers(store);
    const jobs = await engine.enqueueMany(Array.from({ length: 50 }, () => [both] as const));
    await Promise.all(jobs.map((job) => job.result()));
    expect(mostAtOnce(runsOf(workers).get("both") ?? [])).toBe(2);
    const records = await Promise.all(jobs.map((job) => job.read()));
    const starts = records.map(({ startedAt }) => Number(startedAt)).toSorted((one, other) => one - other);
    const windows = starts.slice(15).map((start, index) => start - (starts[index] ?? 0));
    expect(Math.min(...windows)).toBeGreaterThanOrEqual(1_000);
    // Nor does it idle: the fiftieth may start after three seconds.
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeLessThan(6_000);
  });
});
