import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Engine } from "afterwork";
import { expect, test, vi } from "vitest";

import { count } from "./fixtures/durable/counting-task.ts";
import type { Child } from "./support/child.ts";
import { testFolder } from "./support/engines.ts";
import { forEachSharedStore } from "./support/shared-store.ts";

const processes = 8;
const jobs = 100_000;

vi.setConfig({ testTimeout: 120_000 });

forEachSharedStore(`33: ${processes} processes × 50 slots, ${jobs} jobs`, (fresh) => {
  test("each has exactly one successful attempt", async () => {
    const store = fresh();
    const engine = store.engine([count]);
    const folder = testFolder();
    const counts = (index: number): string => join(folder, `counts-${index}`);
    const start = (_: unknown, index: number): Promise<Child> =>
      store.worker({ COUNTS: counts(index) }, "counting-worker.ts");
    const workers = await Promise.all(Array.from({ length: processes }, start));
    const startedAt = performance.now();
    await engine.enqueueMany(Array.from({ length: jobs }, (_, number) => [count, number] as const));
    await expect.poll(() => left(engine), { timeout: 100_000, interval: 100 }).toBe(0);
    const ms = performance.now() - startedAt;
    for (const worker of workers) worker.process.kill("SIGTERM");
    expect(await Promise.all(workers.map((worker) => worker.exit))).toEqual(workers.map(() => 0));

    const runs = workers.map((_, index) => JSON.parse(readFileSync(counts(index), "utf8")) as [number, number][]);
    const total = new Map<number, number>();
    for (const [number, times] of runs.flat()) total.set(number, (total.get(number) ?? 0) + times);
    expect(total.size).toBe(jobs);
    expect([...total].filter(([, times]) => times !== 1)).toEqual([]);
    expect(await unlike(engine)).toEqual([]);
    expect(workers.flatMap(({ lines }) => lines).filter((line) => /lost|reclaimed/.test(line))).toEqual([]);
    const shares = runs.map(({ length }) => length);
    console.log(`${jobs} jobs in ${Math.round(ms)} ms; shares of the processes: ${shares.join(", ")}`);
  });
});

async function left(engine: Engine): Promise<number> {
  const { queues } = await engine.counts();
  return queues.reduce((sum, { queued, running }) => sum + queued + running, 0);
}

/** The jobs that are anything but succeeded at the first attempt with their own result. */
async function unlike(engine: Engine): Promise<readonly unknown[]> {
  const odd: unknown[] = [];
  let seen = 0;
  for (let cursor: string | undefined; ;) {
    const page = await engine.jobs({ limit: 1_000, cursor });
    seen += page.jobs.length;
    odd.push(
      ...page.jobs.filter(
        ({ status, attempt, result, args, failures }) =>
          status !== "succeeded" || attempt !== 1 || result !== args?.[0] || failures.length > 0,
      ),
    );
    cursor = page.cursor;
    if (cursor === undefined) return seen === jobs ? odd : [...odd, `${seen} jobs`];
  }
}
