import { depends, task, type EngineEvents } from "afterwork";
import { expect, test } from "vitest";

import { nextEvent, openEngine } from "./support/engines.ts";
import { makeGate } from "./support/gate.ts";
import { forEachStore } from "./support/shared-store.ts";

const quick = task("quick", { durable: true }, () => "quick");

forEachStore("38: timeout", (fresh) => {
  test("signal aborts, then the attempt fails, and its siblings are untouched", async () => {
    const reasons: unknown[] = [];
    const obedient = task("obedient", { durable: true, timeout: 50 }, async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      reasons.push(signal.reason);
      throw signal.reason;
    });
    const engine = openEngine({ store: fresh().open(), tasks: [obedient, quick] });
    const failed = nextEvent(engine, "jobFailed");
    await engine.work();
    const jobs = [await engine.enqueue(obedient), await engine.enqueue(quick)];
    await expect(jobs[0]?.result()).rejects.toMatchObject({ cause: { name: "TaskTimeoutError" } });
    expect(await jobs[1]?.result()).toBe("quick");
    expect((await failed).error).toBe(reasons[0]);
    expect(reasons).toMatchObject([{ code: "TASK_TIMEOUT" }]);
    expect((await failed).durationMs).toBeGreaterThanOrEqual(45);
  });

  test("a late completion is refused: the job stays failed, and what the function did late is not kept", async () => {
    const gate = makeGate();
    const ended = makeGate();
    const committed: string[] = [];
    const session = depends(async function* () {
      try {
        yield "session";
        committed.push("committed");
      } finally {
        ended.open();
      }
    });
    const stubborn = task("stubborn", { durable: true, timeout: 30, deps: { session } }, async (context) => {
      await gate.passed;
      context.progress("too late");
      context.background.addTask(quick);
      return "late";
    });
    const engine = openEngine({ store: fresh().open(), tasks: [stubborn, quick], grace: "10s" });
    const events: (keyof EngineEvents)[] = [];
    for (const name of ["jobSucceeded", "jobFailed", "jobLost"] as const) engine.on(name, () => void events.push(name));
    await engine.work();
    const job = await engine.enqueue(stubborn);
    await expect(job.result()).rejects.toMatchObject({ cause: { name: "TaskTimeoutError" } });
    gate.open();
    await ended.passed;
    await (await engine.enqueue(quick)).result();
    const { status, progress, result } = await job.read();
    expect([status, progress, result, committed]).toEqual(["failed", undefined, undefined, []]);
    expect((await engine.jobs({ task: quick })).jobs).toHaveLength(1);
    expect(events).toEqual(["jobFailed", "jobSucceeded"]);
  });

  test("with attempts left the next one's result stands, though the first ends after it", async () => {
    const gate = makeGate();
    const first = makeGate();
    const flaky = task("flaky", { durable: true, timeout: 50, retries: 1, backoff: 1 }, async ({ attempt, step }) => {
      if (attempt === 2) return "second";
      await gate.passed;
      await step("late", () => 1).catch(() => {});
      first.open();
      return "first";
    });
    const engine = openEngine({ store: fresh().open(), tasks: [flaky] });
    await engine.work();
    const job = await engine.enqueue(flaky);
    expect(await job.result()).toBe("second");
    gate.open();
    await first.passed;
    expect(await job.result()).toBe("second");
    expect((await job.read()).failures.map(({ error }) => error.name)).toEqual(["TaskTimeoutError"]);
  });

  test("a function that ignores its signal keeps its slot until it ends or the grace is over", async () => {
    const gate = makeGate();
    const stubborn = task("stubborn", { durable: true, timeout: 20 }, () => gate.passed);
    const engine = openEngine({ store: fresh().open(), tasks: [stubborn, quick], grace: 300 });
    const worker = await engine.work({ concurrency: 1 });
    const blocking = await engine.enqueue(stubborn);
    await expect(blocking.result()).rejects.toMatchObject({ code: "JOB_FAILED" });
    expect(worker.running).toBe(1);
    const behind = await engine.enqueue(quick);
    await expect(behind.result({ timeout: 100 })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
    expect(await behind.result()).toBe("quick");
    expect(worker.running).toBe(0);
    gate.open();
  });

  test("of the engine, for tasks that say nothing of their own; of a call, over that of its task", async () => {
    const gate = makeGate();
    const waits = task("waits", { durable: true }, () => gate.passed);
    const long = task("long", { durable: true, timeout: "1h" }, () => gate.passed);
    const engine = openEngine({ store: fresh().open(), tasks: [waits, long], timeout: 60, grace: 10 });
    await engine.work();
    await expect((await engine.enqueue(waits)).result()).rejects.toThrow(/timeout of 60 ms/);
    await expect((await engine.enqueue(long.with({ timeout: 30 }))).result()).rejects.toThrow(/timeout of 30 ms/);
    const patient = await engine.enqueue(long);
    await expect(patient.result({ timeout: 150 })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
    gate.open();
    await patient.result();
  });

  test("dependencies that take too long count as well, and are closed", async () => {
    const steps: string[] = [];
    const connection = depends(async function* ({ signal }) {
      try {
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        yield "connection";
        steps.push("committed");
      } finally {
        steps.push("closed");
      }
    });
    const needy = task("needy", { durable: true, timeout: 40, deps: { connection } }, () => void steps.push("ran"));
    const engine = openEngine({ store: fresh().open(), tasks: [needy] });
    await engine.work();
    await expect((await engine.enqueue(needy)).result()).rejects.toThrow(/timeout of 40 ms/);
    await expect.poll(() => steps).toEqual(["closed"]);
  });
});
