import { execFile } from "node:child_process";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { OverloadedError } from "../../src/background/overloaded-error.ts";
import { threads } from "../../src/background/threads/threads.ts";
import { TaskTimeoutError } from "../../src/tasks/task-timeout-error.ts";
import { threadWork } from "../../src/tasks/thread-function.ts";
import { letGo, makeGate, ticked } from "./fixtures/gate.ts";
import { openTasks } from "./fixtures/open-tasks.ts";

/** Resolves when the thread no longer counts, and fails if it goes on for ever. */
async function stopsCounting(counter: Int32Array): Promise<void> {
  await vi.waitFor(async () => {
    const before = Atomics.load(counter, 0);
    await delay(30);
    expect(Atomics.load(counter, 0)).toBe(before);
  }, 10_000);
}

describe("a signal that aborts", () => {
  test("ends the thread and rejects with its reason", async () => {
    const tasks = openTasks({ maxThreads: 1 });
    const counter = makeGate();
    const abort = new AbortController();
    const call = tasks.countForEver.with({ signal: abort.signal })(counter);
    await ticked(counter);
    abort.abort(new Error("changed my mind"));
    await expect(call).rejects.toThrow("changed my mind");
    expect(threads.state(tasks)).toMatchObject({ threads: 0, running: 0, failed: 1 });
    await stopsCounting(counter);
    expect(await tasks.add(1, 1)).toBe(2);
  });

  test("lets the calls behind it go on in a new thread", async () => {
    const tasks = openTasks({ maxThreads: 1 });
    const counter = makeGate();
    const abort = new AbortController();
    const call = tasks.countForEver.with({ signal: abort.signal })(counter);
    const queued = [tasks.add(1, 1), tasks.add(2, 2)];
    await ticked(counter);
    abort.abort();
    await expect(call).rejects.toMatchObject({ name: "AbortError" });
    expect(await Promise.all(queued)).toEqual([2, 4]);
  });

  test("takes a queued call out of the queue without touching the thread", async () => {
    const tasks = openTasks({ maxThreads: 1 });
    const gate = makeGate();
    const abort = new AbortController();
    const running = tasks.hold(gate);
    const queued = tasks.add.with({ signal: abort.signal })(1, 1);
    await ticked(gate);
    abort.abort();
    await expect(queued).rejects.toMatchObject({ name: "AbortError" });
    expect(threads.state(tasks)).toMatchObject({ running: 1, queued: 0 });
    letGo(gate);
    expect(await running).toBe("let go");
  });

  test("and has aborted already starts nothing", async () => {
    const tasks = openTasks();
    const call = tasks.add.with({ signal: AbortSignal.abort("too late") })(1, 1);
    await expect(call).rejects.toBe("too late");
    expect(threads.state(tasks)).toMatchObject({ threads: 0, running: 0, queued: 0 });
  });

  test("counts beside the one that the runner gives", async () => {
    const tasks = openTasks();
    const [own, runners] = [new AbortController(), new AbortController()];
    const work = tasks.countForEver.with({ signal: own.signal })[threadWork];
    const counter = makeGate();
    const calls = [work.run([counter], { signal: runners.signal }), work.run([counter], {})];
    await ticked(counter);
    runners.abort("runner");
    await expect(calls[0]).rejects.toBe("runner");
    expect(threads.state(tasks).running).toBe(1);
    own.abort("own");
    await expect(calls[1]).rejects.toBe("own");
  });
});

describe("a timeout", () => {
  test("ends the thread and names the work and the time", async () => {
    const tasks = openTasks();
    const counter = makeGate();
    const error = await tasks.countForEver
      .with({ timeout: 80 })(counter)
      .catch((error: unknown) => error);
    expect(error).toBeInstanceOf(TaskTimeoutError);
    expect(error).toMatchObject({
      code: "TASK_TIMEOUT",
      details: { work: "thread-tasks.countForEver", timeoutMs: 80 },
    });
    expect(String(error)).toMatch(/thread-tasks\.countForEver .* 80 ms/);
    await stopsCounting(counter);
  });

  test("of the definition holds for every call unless the call has its own", async () => {
    const { countForEver } = openTasks({ timeout: 60 });
    await expect(countForEver(makeGate())).rejects.toThrow(/60 ms/);
    await expect(countForEver.with({ timeout: 30 })(makeGate())).rejects.toThrow(/30 ms/);
  });

  test("is the shorter one when the runner has one too", async () => {
    const work = openTasks({ timeout: "1m" }).countForEver[threadWork];
    await expect(work.run([makeGate()], { timeoutMs: 40 })).rejects.toThrow(/40 ms/);
  });

  test("does not run while the call waits for a thread", async () => {
    const tasks = openTasks({ maxThreads: 1 });
    const gate = makeGate();
    const running = tasks.hold(gate);
    const queued = tasks.add.with({ timeout: 500 })(1, 1);
    await ticked(gate);
    await delay(600);
    letGo(gate);
    expect(await Promise.all([running, queued])).toEqual(["let go", 2]);
  });
});

describe("a thread that dies", () => {
  test("rejects its own call and neither hangs nor fails the others", async () => {
    const tasks = openTasks({ maxThreads: 2 });
    const gate = makeGate();
    const neighbour = tasks.hold(gate);
    const calls = [tasks.exit(3), tasks.add(1, 1), tasks.add(2, 2)];
    await expect(calls[0]).rejects.toMatchObject({ code: "THREAD_CRASHED", details: { work: "thread-tasks.exit" } });
    await expect(calls[0]).rejects.toThrow(/the thread of thread-tasks\.exit died .* code: 3/);
    expect(await Promise.all(calls.slice(1))).toEqual([2, 4]);
    letGo(gate);
    expect(await neighbour).toBe("let go");
  });

  test("by an exception that nobody caught has that as its cause", async () => {
    const tasks = openTasks();
    const error = await tasks.throwLater().catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "THREAD_CRASHED", cause: { message: "thrown where nobody catches" } });
    expect(await tasks.add(1, 1)).toBe(2);
  });

  test("for want of memory says so", async () => {
    const tasks = openTasks({ resourceLimits: { maxOldGenerationSizeMb: 32 } });
    const error = await tasks.fillMemory().catch((error: unknown) => error);
    expect(error).toMatchObject({ code: "THREAD_CRASHED", cause: { code: "ERR_WORKER_OUT_OF_MEMORY" } });
    expect(await tasks.add(1, 1)).toBe(2);
  });

  test.each(["throw", "exit"])("while it starts (by %s) rejects the calls that waited for it", async (how) => {
    const preload = fileURLToPath(new URL("./fixtures/no-threads.ts", import.meta.url));
    const script = fileURLToPath(new URL("./fixtures/starting-process.ts", import.meta.url));
    const env = { ...process.env, HOW_THREADS_END: how };
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", preload, script], {
      env,
      timeout: 8_000,
    });
    expect(JSON.parse(stdout)).toEqual(["THREAD_CRASHED", "THREAD_CRASHED", "THREAD_CRASHED"]);
  });

  test("before it was made, for want of permission, rejects every call", async () => {
    const script = fileURLToPath(new URL("./fixtures/starting-process.ts", import.meta.url));
    const flags = ["--permission", "--allow-fs-read=*"];
    const { stdout } = await promisify(execFile)(process.execPath, [...flags, script], { timeout: 8_000 });
    expect(JSON.parse(stdout)).toEqual(["THREAD_CRASHED", "THREAD_CRASHED", "THREAD_CRASHED"]);
  });

  test("while it is idle is logged and hurts no call", async () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const tasks = openTasks({ maxThreads: 1 });
    await tasks.throwWhenIdle();
    await expect.poll(() => threads.state(tasks).threads).toBe(0);
    await expect
      .poll(() => log.mock.calls)
      .toEqual([["a thread of thread-tasks died while it was idle", { error: expect.any(Error) }]]);
    expect(await tasks.countCalls()).toBe(1);
  });
});

test("calls that return, crash and are aborted at any moment all settle", async () => {
  const tasks = openTasks({ maxThreads: 3 });
  const startCall = (index: number): Promise<unknown> => {
    if (index % 5 === 0) return tasks.exit(1);
    if (index % 5 === 1) return tasks.burn.with({ signal: AbortSignal.timeout(index * 4) })(5_000);
    return tasks.add.with({ signal: AbortSignal.timeout(index * 8) })(index, 0);
  };
  const calls = await Promise.allSettled(Array.from({ length: 60 }, (_, index) => startCall(index)));
  const { completed, failed, running, queued } = threads.state(tasks);
  expect(completed).toBe(calls.filter((call) => call.status === "fulfilled").length);
  expect([completed + failed, running, queued]).toEqual([60, 0, 0]);
  expect(await tasks.add(1, 1)).toBe(2);
});

describe("a full queue", () => {
  test("refuses the next call, abortable or not", async () => {
    const tasks = openTasks({ maxThreads: 1, maxQueue: 1 });
    const gate = makeGate();
    const calls = [tasks.hold(gate), tasks.add(1, 1)];
    const refused = tasks.add.with({ timeout: "1m", signal: new AbortController().signal })(2, 2);
    await expect(refused).rejects.toBeInstanceOf(OverloadedError);
    await expect(refused).rejects.toMatchObject({ code: "OVERLOADED", retryAfterSeconds: 1 });
    letGo(gate);
    expect(await Promise.all(calls)).toEqual(["let go", 2]);
    expect(await tasks.add(3, 3)).toBe(6);
  });

  test("of length nothing takes what a thread is free for", async () => {
    const tasks = openTasks({ maxThreads: 1, maxQueue: 0 });
    const call = tasks.add(1, 1);
    await expect(tasks.add(2, 2)).rejects.toThrow(/thread-tasks\.add was refused: 0 calls wait/);
    expect(await call).toBe(2);
  });
});
