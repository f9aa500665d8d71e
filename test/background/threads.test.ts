import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { inspect, promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { threads, type ThreadsOptions } from "../../src/background/threads/threads.ts";
import { isThreadFunction, threadWork } from "../../src/tasks/thread-function.ts";
import { letGo, makeGate, ticked } from "./fixtures/gate.ts";
import { burn } from "./fixtures/thread-tasks.ts";
import { openTasks, tasksUrl, type Tasks } from "./fixtures/open-tasks.ts";

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "threads-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** How late the event loop is, in ms, while something is done: nine times out of ten, and at worst. */
async function loopDelay(action: () => unknown) {
  const histogram = monitorEventLoopDelay({ resolution: 5 });
  histogram.enable();
  // The monitor's own timer has to run before and after, or a blocked loop goes unseen.
  await delay(20);
  await action();
  await delay(20);
  histogram.disable();
  return { usual: histogram.percentile(90) / 1e6, worst: histogram.max / 1e6 };
}

describe("a call", () => {
  test("runs in a thread and resolves to the result", async () => {
    const tasks = openTasks();
    expect(await tasks.add(2, 3)).toBe(5);
    expect(await tasks.greet("Ada")).toBe("hello Ada");
  });

  test("of a thread keeps the event loop free, where the same work in the main thread blocks it", async () => {
    const tasks = openTasks();
    await tasks.burn(1);
    const free = await loopDelay(() => tasks.burn(400));
    const blocked = await loopDelay(() => burn(400));
    expect(free.usual).toBeLessThan(50);
    // One late turn may be the machine's doing, where all its cores are busy.
    expect(free.worst).toBeLessThan(200);
    expect(blocked.worst).toBeGreaterThan(350);
  });

  test("finds the module loaded by the call before it", async () => {
    const tasks = openTasks({ maxThreads: 1 });
    expect([await tasks.countCalls(), await tasks.countCalls()]).toEqual([1, 2]);
  });

  test("starts in the order of the calls", async () => {
    const tasks = openTasks({ maxThreads: 1 });
    const order: number[] = [];
    await Promise.all([1, 2, 3, 4].map((number) => tasks.add(number, 0).then((sum) => order.push(sum))));
    expect(order).toEqual([1, 2, 3, 4]);
  });

  test("has as many threads at a time as maxThreads and no more", async () => {
    const tasks = openTasks({ maxThreads: 2 });
    const gate = makeGate();
    const calls = [tasks.hold(gate), tasks.hold(gate), tasks.hold(gate)];
    await ticked(gate, 2);
    expect(threads.state(tasks)).toMatchObject({ threads: 2, running: 2, queued: 1 });
    letGo(gate);
    expect(await Promise.all(calls)).toEqual(["let go", "let go", "let go"]);
  });
});

describe("a thread function", () => {
  test("bears the module's and the export's name, and is recognised as what it is", async () => {
    const { add } = openTasks();
    expect(isThreadFunction(add)).toBe(true);
    expect(isThreadFunction(burn)).toBe(false);
    expect([add.name, add[threadWork].name]).toEqual(["thread-tasks.add", "thread-tasks.add"]);
    expect(await add[threadWork].run([1, 1], {})).toBe(2);
    expect(await add.with({ timeout: "1m" })(2, 2)).toBe(4);
  });

  test("is the same one every time it is asked for", () => {
    const tasks = openTasks();
    expect(tasks.add).toBe(tasks.add);
  });

  test("refuses options that it does not know or cannot use", () => {
    const { add } = openTasks();
    expect(() => add.with({ timeOut: 1 } as never)).toThrow(
      /thread-tasks\.add\.with\(\) has no option "timeOut".*"timeout"/,
    );
    expect(() => add.with({ timeout: "0s" })).toThrow(/timeout: expected a duration/);
    expect(() => add.with({ signal: {} as AbortSignal })).toThrow(/signal: expected an AbortSignal/);
  });
});

describe("the module", () => {
  test("can be awaited, printed and turned into JSON without starting a thread", async () => {
    const tasks = openTasks();
    expect(await Promise.resolve(tasks)).toBe(tasks);
    expect(inspect(tasks)).toMatch(/asyncDispose/);
    expect(JSON.stringify(tasks)).toBe("{}");
    expect(Reflect.get(tasks, Symbol.iterator)).toBeUndefined();
    expect(threads.state(tasks).threads).toBe(0);
  });

  test("cannot be changed", () => {
    expect(() => Object.assign(openTasks(), { add: null })).toThrow(TypeError);
  });

  test("closes its pool at the end of the block that uses it", async () => {
    const escaped = await (async () => {
      await using tasks = threads<Tasks>(tasksUrl);
      await tasks.add(1, 1);
      return [tasks];
    })();
    await expect(escaped[0]?.add(1, 1)).rejects.toMatchObject({ code: "APP_CLOSED" });
  });
});

describe("the file", () => {
  test("that does not exist is an error at the definition", () => {
    const define = () => threads(new URL("./fixtures/nowhere.ts", import.meta.url));
    expect(define).toThrow(/there is no file .*nowhere\.ts, and no .*nowhere\.js/);
    expect(define).toThrow(expect.objectContaining({ code: "INVALID_DEFINITION" }));
  });

  test("may be the .js of the .ts that was named, as in a built app", async () => {
    const file = join(await temporaryFolder(), "built.js");
    await writeFile(file, "export const twice = (number) => 2 * number;");
    const url = pathToFileURL(file.replace(/js$/, "ts"));
    await using tasks = threads<{ twice(number: number): number }>(url);
    expect(await tasks.twice(21)).toBe(42);
    await using same = threads<{ twice(number: number): number }>(fileURLToPath(url));
    expect(await same.twice(1)).toBe(2);
  });

  test("is never the .ts of a .js that was named", () => {
    expect(() => threads(new URL("./fixtures/thread-tasks.js", import.meta.url))).toThrow(
      /no file .*thread-tasks\.js$/,
    );
  });

  test("cannot be named by a relative path or a web address", () => {
    expect(() => threads("./fixtures/thread-tasks.ts")).toThrow(/expected a file URL such as new URL/);
    expect(() => threads("https://example.com/tasks.js")).toThrow(/expected a file URL/);
  });
});

describe("the options", () => {
  test.each([
    [{ maxThread: 2 }, /threads\(\) has no option "maxThread"; did you mean "maxThreads"\?/],
    [{ maxThreads: 0 }, /maxThreads: expected a whole number of at least 1, got 0/],
    [{ minThreads: 3, maxThreads: 2 }, /minThreads: expected at most maxThreads \(2\), got 3/],
    [{ idleTimeout: "soon" }, /idleTimeout: expected a duration/],
    [{ maxQueue: 1.5 }, /maxQueue: expected a whole number/],
    [{ timeout: 0 }, /timeout: expected a duration/],
    [{ resourceLimits: { stackSizeMb: 0.1 } }, /resourceLimits: stackSizeMb: expected a number of at least 1 /],
    [{ resourceLimits: { maxOldGenerationSizeMb: 2 } }, /maxOldGenerationSizeMb: expected a number of at least 8 /],
    [{ resourceLimits: { heap: 64 } }, /threads\(\): resourceLimits has no option "heap"/],
  ])("%o are refused", (options, message) => {
    expect(() => threads(tasksUrl, options as ThreadsOptions)).toThrow(message);
  });
});

describe("state and close", () => {
  test("the state counts what came of the calls", async () => {
    const tasks = openTasks({ maxThreads: 3, maxQueue: 5 });
    expect(threads.state(tasks)).toEqual({ ...idle, threads: 0, completed: 0, failed: 0 });
    await tasks.add(1, 1);
    await tasks.failWith("order").catch(() => {});
    expect(threads.state(tasks)).toEqual({ ...idle, threads: 1, completed: 1, failed: 1 });
  });

  test("a thread that has been idle for long enough ends", async () => {
    const tasks = openTasks({ idleTimeout: 10 });
    await tasks.add(1, 1);
    await expect.poll(() => threads.state(tasks).threads).toBe(0);
    expect(await tasks.countCalls()).toBe(1);
  });

  test("closing waits for the calls that were taken and refuses later ones", async () => {
    const tasks = openTasks({ maxThreads: 1 });
    const gate = makeGate();
    const calls = [tasks.hold(gate), tasks.add(1, 2)];
    await ticked(gate);
    const closing = Promise.all([threads.close(tasks), threads.close(tasks)]);
    await expect(tasks.add(1, 1)).rejects.toThrow(/thread-tasks\.add was refused: .* closed/);
    expect(threads.state(tasks)).toMatchObject({ threads: 1, running: 1, queued: 1 });
    letGo(gate);
    expect(await Promise.all(calls)).toEqual(["let go", 3]);
    await closing;
    expect(threads.state(tasks).threads).toBe(0);
  });

  test("only what threads() returned has them", () => {
    const other = { [Symbol.asyncDispose]: async () => {} };
    expect(() => threads.state(other)).toThrow(/threads\.state\(\): expected what threads\(\) has returned/);
  });

  test("a process with idle threads exits by itself", async () => {
    const script = fileURLToPath(new URL("./fixtures/idle-process.ts", import.meta.url));
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [script], { timeout: 8_000 });
    expect([stdout, stderr]).toEqual(["3 1\n", ""]);
  });
});

const idle = { maxThreads: 3, maxQueue: 5, running: 0, queued: 0 };
