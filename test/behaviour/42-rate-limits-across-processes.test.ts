import type { Engine } from "afterwork";
import { expect, test, vi } from "vitest";

import { quick, stubborn } from "./fixtures/durable/holding-tasks.ts";
import { limited } from "./fixtures/durable/timed-tasks.ts";
import { forEachSharedStore } from "./support/shared-store.ts";

vi.setConfig({ testTimeout: 30_000 });

forEachSharedStore("42: over several processes", (fresh) => {
  test("rateLimit 10/s → no window of a second has more than ten starts", async () => {
    const store = fresh();
    const engine = store.engine([limited]);
    const workers = await Promise.all([store.worker(), store.worker(), store.worker()]);
    const jobs = await engine.enqueueMany(Array.from({ length: 40 }, (_, number) => [limited, number] as const));
    await Promise.all(jobs.map((job) => job.result()));
    const starts = (await Promise.all(jobs.map((job) => startOf(engine, job.id)))).toSorted((a, b) => a - b);
    const windows = starts.slice(10).map((start, index) => start - (starts[index] ?? 0));
    expect(Math.min(...windows)).toBeGreaterThanOrEqual(1_000);
    // Nor does it idle: the fortieth may start after three seconds.
    expect((starts.at(-1) ?? 0) - (starts[0] ?? 0)).toBeLessThan(5_000);
    expect(workers.flatMap(({ lines }) => lines).filter((line) => line.startsWith("limited"))).toHaveLength(40);
  });

  test("paused queue → running ones end, none start, resume wakes the workers of other processes at once", async () => {
    const store = fresh();
    const engine = store.engine([stubborn, quick]);
    const worker = await store.worker();
    const running = await engine.enqueue(stubborn, "job");
    await worker.line(/^job started 1$/);
    await engine.pause("default");
    const waiting = await engine.enqueue(quick, "paused");
    const elsewhere = await engine.enqueue(quick.with({ queue: "other" }), "elsewhere");
    worker.process.kill("SIGUSR2");
    expect(await running.result()).toBe(worker.process.pid);
    expect(await elsewhere.result()).toBe(worker.process.pid);
    expect([await waiting.status(), worker.lines.includes("paused ran")]).toEqual(["queued", false]);
    const resumedAt = performance.now();
    await engine.resume("default");
    await worker.line(/^paused ran$/);
    expect(performance.now() - resumedAt).toBeLessThan(500);
  });
});

/** When a job was claimed, by the store's clock. */
async function startOf(engine: Engine, id: string): Promise<number> {
  return (await engine.job(id).read()).startedAt?.getTime() ?? 0;
}
