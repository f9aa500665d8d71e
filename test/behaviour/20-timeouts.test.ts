import { App, task, type LocalJob, type TaskFailed } from "afterwork";
import { describe, expect, test } from "vitest";

import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";

/** Ends when its signal aborts, by an error of its own. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(new Error("stopped", { cause: signal.reason })), { once: true });
  });
}

describe("20: timeout → signal aborts, the job ends as timed out, its siblings are untouched", () => {
  test("of a task, beside siblings before, during and after it", async () => {
    const signals: Record<string, AbortSignal> = {};
    const steps: string[] = [];
    const failures: TaskFailed[] = [];
    const jobs: LocalJob[] = [];
    const timedOut = makeGate();
    const slow = task("slow", { timeout: 50 }, async ({ signal }) => {
      signals["slow"] = signal;
      await untilAborted(signal);
    });
    const sibling = task("sibling", async ({ signal }, name: string) => {
      signals[name] = signal;
      if (name === "beside") await timedOut.passed;
      steps.push(name);
    });
    const app = new App().get("/", ({ background }) => {
      jobs.push(background.addTask(sibling, "before"));
      background.concurrent();
      jobs.push(background.addTask(slow), background.addTask(sibling, "beside"));
      jobs.push(background.addTask(sibling, "after"));
    });
    app.on("taskFailed", (failure) => {
      failures.push(failure);
      timedOut.open();
    });
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(jobs.map((job) => job.status())).toEqual(["succeeded", "failed", "succeeded", "succeeded"]);
    expect(steps.toSorted()).toEqual(["after", "before", "beside"]);
    expect(failures).toHaveLength(1);
    expect(failures[0]).toMatchObject({ name: "slow", attempts: 1, error: { code: "TASK_TIMEOUT" } });
    expect(failures[0]?.error).toHaveProperty("message", expect.stringMatching(/slow was ended: .* timeout of 50 ms/));
    await expect(jobs[1]?.result()).rejects.toBe(failures[0]?.error);
    expect(signals["slow"]?.aborted).toBe(true);
    expect(signals["slow"]?.reason).toBe(failures[0]?.error);
    expect(["before", "beside", "after"].map((name) => signals[name]?.aborted)).toEqual([false, false, false]);
  });

  test("of the app, for what says nothing of its own: plain functions too", async () => {
    const failures: string[] = [];
    const steps: string[] = [];
    const mayEnd = makeGate();
    const patient = task("patient", { timeout: "1m" }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 100));
      steps.push("patient");
    });
    const app = new App({ background: { timeout: 30 } }).get("/", ({ background }) => {
      background.addTask(async function plain() {
        await mayEnd.passed;
      });
      background.addTask(patient);
    });
    app.on("taskFailed", ({ name, error }) => failures.push(`${name} ${(error as { code: string }).code}`));
    const server = await listen(app);
    await fetch(server.url);
    await expect.poll(() => steps).toEqual(["patient"]);
    mayEnd.open();
    await server.close();
    expect(failures).toEqual(["plain TASK_TIMEOUT"]);
  });

  test("each attempt has its own timeout and its own signal", async () => {
    const signals: AbortSignal[] = [];
    const flaky = task("flaky", { timeout: 30, retries: 1, backoff: 1 }, async ({ signal, attempt }) => {
      signals.push(signal);
      if (attempt === 1) await untilAborted(signal);
      return attempt;
    });
    const jobs: LocalJob<number>[] = [];
    const app = new App().get("/", ({ background }) => void jobs.push(background.addTask(flaky)));
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(await jobs[0]?.result()).toBe(2);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
  });

  test("a function that ignores its signal keeps its place, so that the limit holds, and its late result is nobody's", async () => {
    const mayEnd = makeGate();
    const jobs: LocalJob[] = [];
    let running = 0;
    let most = 0;
    const stubborn = task("stubborn", { timeout: 30 }, async () => {
      running += 1;
      most = Math.max(most, running);
      await mayEnd.passed;
      running -= 1;
      return "late";
    });
    const next = makeGate();
    const app = new App({ background: { concurrency: 1 } })
      .get("/stubborn", ({ background }) => void jobs.push(background.addTask(stubborn)))
      .get("/next", ({ background }) => void background.addTask(next.open));
    app.on("taskFailed", () => {});
    const server = await listen(app);
    await fetch(`${server.url}/stubborn`);
    await expect.poll(() => jobs[0]?.status()).toBe("failed");
    await fetch(`${server.url}/next`);
    expect([running, next.isOpen]).toEqual([1, false]);
    mayEnd.open();
    await next.passed;
    await server.close();
    expect(most).toBe(1);
    await expect(jobs[0]?.result()).rejects.toMatchObject({ code: "TASK_TIMEOUT" });
  });

  test("a task in time leaves no timer behind", async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;
    const quick = task("quick", { timeout: "1h" }, async () => {});
    const app = new App().get("/", ({ background }) => {
      background.addTask(quick);
      background.addTask(async () => {});
    });
    const server = await listen(app);
    const before = timers();
    await (await fetch(server.url, { headers: { connection: "close" } })).text();
    await server.close();
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
