import { task, type Engine, type Job, type Worker } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { describe, expect, test } from "vitest";

import { openEngine, storePath, withChanges } from "../behaviour/support/engines.ts";
import { forEachStore } from "../behaviour/support/shared-store.ts";
import { makeGate } from "../behaviour/support/gate.ts";
import { startChild } from "../behaviour/support/child.ts";

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A task that counts its runs by argument, and takes no more than a moment. */
function counting() {
  const runs = new Map<number, number>();
  const work = task("work", { durable: true }, async (_context, value: number) => {
    await turn();
    runs.set(value, (runs.get(value) ?? 0) + 1);
    return value;
  });
  return { work, runs };
}

async function allOnce(jobs: readonly Job<number>[], runs: ReadonlyMap<number, number>): Promise<void> {
  expect(await Promise.all(jobs.map((job) => job.result()))).toEqual(jobs.map((_, value) => value));
  expect([...runs.values()].filter((count) => count !== 1)).toEqual([]);
  expect(runs.size).toBe(jobs.length);
}

/** Starts and stops workers in whatever order chance has it, many at a time, for as long as there are jobs. */
async function hammer(engine: Engine, isDone: () => boolean): Promise<number> {
  let stops = 0;
  const actor = async (): Promise<void> => {
    while (!isDone()) {
      const worker = await engine.work({ concurrency: 1 + Math.floor(Math.random() * 5) });
      for (let turns = Math.floor(Math.random() * 30); turns > 0; turns -= 1) await turn();
      await Promise.all([worker.stop(), ...(Math.random() < 0.3 ? [worker.stop({ grace: 1 })] : [])]);
      stops += 1;
    }
  };
  await Promise.all([actor(), actor(), actor(), actor()]);
  return stops;
}

forEachStore("starting and stopping workers", (fresh) => {
  test("hammered from four sides: every job succeeds, exactly once, and without a lost attempt", async () => {
    const { work, runs } = counting();
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    const lost: unknown[] = [];
    engine.on("jobLost", (event) => void lost.push(event));
    engine.on("storeFailed", (event) => void lost.push(event));
    const jobs = await engine.enqueueMany(Array.from({ length: 400 }, (_, value) => [work, value] as const));
    const stops = await hammer(engine, () => runs.size === 400);
    await allOnce(jobs, runs);
    expect(stops).toBeGreaterThan(4);
    expect(lost).toEqual([]);
    const { jobs: records } = await engine.jobs({ limit: 1_000 });
    expect(records.filter(({ attempt, failures }) => attempt !== 1 || failures.length > 0)).toEqual([]);
  });

  test("many started at once, stopped at once, twice, and by close as well", async () => {
    const { work, runs } = counting();
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    const workers = await Promise.all(Array.from({ length: 10 }, () => engine.work({ concurrency: 2 })));
    const jobs = await engine.enqueueMany(Array.from({ length: 100 }, (_, value) => [work, value] as const));
    await allOnce(jobs, runs);
    await Promise.all([...workers, ...workers].map((worker) => worker.stop()));
    await Promise.all([engine.close(), engine.close(), workers[0]?.stop()]);
    await expect(engine.work()).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
    await expect(engine.enqueue(work, 1)).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
  });

  test("a stop in the middle of a claim: what it brings goes back, and the next worker runs it at once", async () => {
    const { work, runs } = counting();
    const store = fresh().open();
    const claimed = makeGate();
    const mayAnswer = makeGate();
    const slow = withChanges(store, {
      async claim(request) {
        const answer = await store.claim(request);
        if (answer.jobs.length > 0 && !claimed.isOpen) {
          claimed.open();
          await mayAnswer.passed;
        }
        return answer;
      },
    });
    const engine = openEngine({ store: slow, tasks: [work] });
    const job = await engine.enqueue(work, 0);
    const worker = await engine.work();
    await claimed.passed;
    const stopping = worker.stop({ grace: 0 });
    mayAnswer.open();
    await stopping;
    await engine.work();
    expect(await job.result({ timeout: "5s" })).toBe(0);
    expect([runs.get(0), (await job.read()).attempt]).toEqual([1, 1]);
  });

  test("a stop waits for what runs; what does not end is handed back without costing an attempt", async () => {
    const gate = makeGate();
    const attempts: number[] = [];
    const stubborn = task("stubborn", { durable: true }, async ({ attempt }) => {
      attempts.push(attempt);
      if (attempts.length === 1) await gate.passed;
      return "done";
    });
    const engine = openEngine({ store: fresh().open(), tasks: [stubborn], grace: 50 });
    const worker = await engine.work();
    const job = await engine.enqueue(stubborn);
    await expect.poll(() => attempts.length).toBe(1);
    await worker.stop({ grace: 50 });
    expect(await job.read()).toMatchObject({ status: "queued", attempt: 0, failures: [] });
    await engine.work();
    expect(await job.result()).toBe("done");
    gate.open();
    expect(attempts).toEqual([1, 1]);
  });

  test("close while jobs run waits for them, and settles what they return", async () => {
    const gate = makeGate();
    const slow = task("slow", { durable: true }, async () => {
      await gate.passed;
      return "done";
    });
    const store = fresh().open();
    const close = store.close.bind(store);
    // The store itself is left open, so that there is still something to look at.
    const engine = openEngine({ store: withChanges(store, { close: async () => {} }), tasks: [slow] });
    const running: Worker = await engine.work();
    const job = await engine.enqueue(slow);
    await expect.poll(() => running.running).toBe(1);
    const closing = engine.close({ grace: "10s" });
    gate.open();
    await closing;
    const [record] = await store.get([job.id]);
    expect(record?.status).toBe("succeeded");
    await close();
  });

  test("close right after work and enqueue, neither awaited: each ends one way or the other, and nothing goes on", async () => {
    for (let round = 0; round < 20; round += 1) {
      const { work } = counting();
      const engine = openEngine({ store: fresh().open(), tasks: [work] });
      const failures: unknown[] = [];
      engine.on("storeFailed", (event) => void failures.push(event));
      if (round % 2 === 0) await engine.counts();
      const calls = [engine.work(), engine.enqueue(work, 1), engine.work(), engine.enqueue(work, 2)];
      for (let turns = round % 5; turns > 0; turns -= 1) await turn();
      const closing = engine.close({ grace: "5s" });
      const outcomes = await Promise.allSettled(calls);
      await closing;
      for (let turns = 0; turns < 5; turns += 1) await turn();
      expect(failures).toEqual([]);
      for (const outcome of outcomes) {
        if (outcome.status === "rejected") expect(outcome.reason).toHaveProperty("code");
      }
      await expect(engine.counts()).rejects.toMatchObject({ code: "ENGINE_CLOSED" });
    }
  });
});

describe("nothing is left running", () => {
  test.each(["memory", "sqlite"])("a process whose engine is closed ends by itself, on %s", async (kind) => {
    const child = startChild(new URL("./fixtures/start-stop-process.ts", import.meta.url), {
      STORE: kind === "memory" ? "" : storePath(),
    });
    await child.line(/^closed after \d+ jobs$/);
    const ended = await Promise.race([child.exit, new Promise((resolve) => setTimeout(resolve, 3_000, "still there"))]);
    expect([ended, child.errors()]).toEqual([0, ""]);
  });

  test("on a file, engines of their own: what one hands back the other takes", async () => {
    const path = storePath();
    const { work, runs } = counting();
    const engines = [1, 2, 3].map(() => openEngine({ store: sqlite(path), tasks: [work] }));
    const [first] = engines as [Engine, ...Engine[]];
    const jobs = await first.enqueueMany(Array.from({ length: 300 }, (_, value) => [work, value] as const));
    await Promise.all(engines.map((engine) => hammer(engine, () => runs.size === 300)));
    await allOnce(jobs, runs);
  });
});
