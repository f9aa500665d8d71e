import { TaskTimeoutError, depends, task, type LocalJob } from "afterwork";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { Gate, tryHandler } from "./trial.ts";

/** Ends when its signal says so, and tells the reason. */
const patient = task("patient", { timeout: 20 }, async ({ signal }, reasons: unknown[]) => {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  reasons.push(signal.reason);
});

describe("a timeout", () => {
  test("aborts the signal, ends the job as timed out and lets its siblings be", async () => {
    const reasons: unknown[] = [];
    const events: string[] = [];
    const jobs: LocalJob[] = [];
    const trial = tryHandler(({ background }) => {
      jobs.push(background.addTask(patient, reasons));
      background.addTask(() => void events.push("sibling"));
    });
    await trial.run();
    expect(reasons).toEqual([expect.any(TaskTimeoutError)]);
    expect(events).toEqual(["sibling"]);
    expect(trial.failures).toMatchObject([
      { name: "patient", error: { code: "TASK_TIMEOUT", details: { work: "patient", timeoutMs: 20 } } },
    ]);
    await expect(jobs[0]?.result()).rejects.toBe(reasons[0]);
  });

  test("of the app holds for plain functions, and a task's own comes first", async () => {
    const gate = new Gate();
    const quick = task("quick", { timeout: "1m" }, () => delay(60, "done"));
    const jobs: LocalJob[] = [];
    const trial = tryHandler(
      ({ background }) => {
        background.addTask(function hangs() {
          return gate.pass();
        });
        jobs.push(background.addTask(quick));
      },
      { background: { timeout: 30 } },
    );
    await trial.run();
    gate.open();
    expect(trial.failures.map(({ name }) => name)).toEqual(["hangs"]);
    expect(await jobs[0]?.result()).toBe("done");
  });

  test("rolls back what the dependencies of the task hold, when the function ends at last", async () => {
    const gate = new Gate();
    const closed = Promise.withResolvers<string>();
    const session = depends(async function* () {
      try {
        yield 1;
        closed.resolve("committed");
      } catch (error) {
        closed.resolve(`rolled back: ${(error as Error).name}`);
        throw error;
      }
    });
    const deaf = task("deaf", { deps: { session }, timeout: 20 }, () => gate.pass());
    const trial = tryHandler(({ background }) => void background.addTask(deaf));
    await trial.run();
    expect(trial.failures).toHaveLength(1);
    gate.open();
    expect(await closed.promise).toBe("rolled back: TaskTimeoutError");
  });

  test("while the dependencies are made keeps the function from starting", async () => {
    const gate = new Gate();
    let ran = 0;
    const closed = Promise.withResolvers<void>();
    const session = depends(async function* () {
      try {
        yield await gate.pass();
      } finally {
        closed.resolve();
      }
    });
    const slow = task("slow", { deps: { session }, timeout: 20 }, () => void ran++);
    const trial = tryHandler(({ background }) => void background.addTask(slow));
    await trial.run();
    gate.open();
    await closed.promise;
    expect(ran).toBe(0);
  });

  test("drops what the task had added", async () => {
    const events: string[] = [];
    const gate = new Gate();
    const adds = task("adds", { timeout: 20 }, ({ background }) => {
      background.addTask(() => void events.push("never"));
      return gate.pass();
    });
    const trial = tryHandler(({ background }) => void background.addTask(adds));
    await trial.run();
    gate.open();
    expect(events).toEqual([]);
  });

  test("is tried again like any other failure", async () => {
    const attempts: number[] = [];
    const jobs: LocalJob[] = [];
    const slowFirst = task("slowFirst", { timeout: 20, retries: 1, backoff: 1 }, async ({ attempt, signal }) => {
      attempts.push(attempt);
      if (attempt === 1) await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return attempt;
    });
    const trial = tryHandler(({ background }) => void jobs.push(background.addTask(slowFirst)));
    await trial.run();
    expect(attempts).toEqual([1, 2]);
    expect(await jobs[0]?.result()).toBe(2);
  });
});
