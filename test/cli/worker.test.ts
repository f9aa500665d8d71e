import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { describe, expect, test, vi } from "vitest";

import { makeWorkers } from "./support/workers.ts";

vi.setConfig({ testTimeout: 40_000 });

describe("a worker", () => {
  test.each(["SIGTERM", "SIGINT"] as const)("says when it is ready, runs jobs, and stops at %s", async (signal) => {
    const { start, engine, tasks } = makeWorkers();
    const worker = start(["./engine.ts"]);
    expect(await worker.line(/ready/)).toBe(
      `afterwork worker ${worker.process.pid}: ready: engine ./engine.ts, concurrency 20, queues all`,
    );
    await (await engine.enqueue(tasks.slow, "a", 1)).result({ timeout: "15s" });
    await worker.line(/^ran a/);
    worker.process.kill(signal);
    expect(await worker.exit).toBe(0);
    expect(worker.lines.at(-1)).toBe(`afterwork worker ${worker.process.pid}: stopped`);
    expect(worker.errors()).not.toMatch(/afterwork/);
  });

  test("serves the queues that it is told to, and no others", async () => {
    const { start, engine, tasks } = makeWorkers();
    const slow = await engine.enqueue(tasks.slow, "a", 1);
    const worker = start(["./engine.ts", "--queues", "images, videos", "--concurrency", "3"]);
    expect(await worker.line(/ready/)).toContain("concurrency 3, queues images,videos");
    await (await engine.enqueue(tasks.images, "b")).result({ timeout: "15s" });
    expect(await slow.status()).toBe("queued");
    worker.process.kill();
    expect(await worker.exit).toBe(0);
  });

  test("finds the engine by a file URL, by default, and by a name", async () => {
    const { folder, start } = makeWorkers({
      "named.ts": 'export { engine as jobs } from "./engine.ts";',
      "default.ts": 'export { default } from "./engine.ts"; export const engine = "no engine";',
      "later.ts": 'export const engine = import("./engine.ts").then((module) => module.engine);',
    });
    const url = pathToFileURL(join(folder, "engine.ts")).href;
    for (const args of [[url], ["default.ts"], ["named.ts", "--export", "jobs"], ["later.ts"]]) {
      const worker = start(args);
      await worker.line(/ready/);
      worker.process.kill();
      expect(await worker.exit).toBe(0);
    }
  });

  test("lets a running job end within the grace", async () => {
    const { folder, start, engine, tasks } = makeWorkers();
    const job = await engine.enqueue(tasks.stubborn, join(folder, "go"));
    const worker = start(["./engine.ts", "--grace", "20s"]);
    await worker.line(/stubborn started/);
    worker.process.kill();
    const late = await engine.enqueue(tasks.slow, "late", 1);
    writeFileSync(join(folder, "go"), "");
    expect(await worker.exit).toBe(0);
    expect(worker.lines).not.toContain("stubborn told to stop");
    expect([await job.status(), await late.status()]).toEqual(["succeeded", "queued"]);
  });

  test("after the grace tells a job to stop and hands it back, which costs no attempt", async () => {
    const { start, engine, tasks } = makeWorkers();
    const job = await engine.enqueue(tasks.polite);
    for (let round = 0; round < 2; round += 1) {
      const worker = start(["./engine.ts", "--grace", "50ms"]);
      await worker.line(/polite started, attempt 1/);
      worker.process.kill();
      expect(await worker.exit).toBe(0);
      expect(await job.status()).toBe("queued");
    }
  });

  test("ends with 1 when a job doesn't stop in time, and says so", async () => {
    const { start, engine, tasks } = makeWorkers();
    await engine.enqueue(tasks.stubborn, "never");
    const worker = start(["./engine.ts", "--grace", "50ms"]);
    await worker.line(/stubborn started/);
    worker.process.kill();
    expect(await worker.exit).toBe(1);
    expect(worker.lines.slice(-2)).toEqual([
      "stubborn told to stop",
      `afterwork worker ${worker.process.pid}: stopped; tasks that did not, and will run again: stubborn`,
    ]);
  });

  test("hurries at the second signal", async () => {
    const { start, engine, tasks } = makeWorkers();
    await engine.enqueue(tasks.stubborn, "never");
    const job = await engine.enqueue(tasks.polite);
    const worker = start(["./engine.ts", "--grace", "10m"]);
    await Promise.all([worker.line(/stubborn started/), worker.line(/polite started/)]);
    const begun = performance.now();
    worker.process.kill("SIGTERM");
    // Nothing is claimed any more: the first signal has come through.
    await expect.poll(async () => claimsNothing(engine, tasks), { timeout: 15_000 }).toBe(true);
    worker.process.kill("SIGINT");
    expect(await worker.exit).toBe(1);
    expect(performance.now() - begun).toBeLessThan(30_000);
    expect(await job.status()).toBe("queued");
  });
});

async function claimsNothing(
  engine: ReturnType<typeof makeWorkers>["engine"],
  { slow }: ReturnType<typeof makeWorkers>["tasks"],
): Promise<boolean> {
  const job = await engine.enqueue(slow, "probe", 0);
  return job.result({ timeout: "1500ms" }).then(
    () => false,
    () => true,
  );
}

describe("what can't be meant ends with 2 and names what was expected", () => {
  test.each([
    [[], "missing required argument 'engine'"],
    [["nowhere.ts"], "nowhere.ts: there is no such file"],
    [["node_modules"], "node_modules: that is no file"],
    [["file://%%%"], 'expected a path or a file: URL, got "file://%%%"'],
    [
      ["empty.ts"],
      'empty.ts to export an Engine as "engine" or by default, or --export to name it; it exports nothing',
    ],
    [["empty.ts", "--export", "jobs"], 'empty.ts to export an Engine as "jobs"; it exports nothing'],
    [["engine.ts", "--export", "answer"], 'engine.ts to export an Engine as "answer"; that is 42'],
    [["engine.ts", "--export", "toString"], "it exports answer, default, engine, other, tasks"],
    [["engine.ts", "more.ts"], "too many arguments"],
    [["engine.ts", "--concurrency", "0"], 'Expected a whole number from 1 to 10000, got "0"'],
    [["engine.ts", "--concurrency", "1e1"], 'Expected a whole number from 1 to 10000, got "1e1"'],
    [["engine.ts", "--concurrency"], "argument missing"],
    [["engine.ts", "--processes", "257"], 'Expected a whole number from 1 to 256, or auto, got "257"'],
    [["engine.ts", "--processes", "0"], 'or auto, got "0"'],
    [["engine.ts", "--processes", "2.5"], 'or auto, got "2.5"'],
    [["engine.ts", "--processes", "Auto"], 'or auto, got "Auto"'],
    [["engine.ts", "--processes", ""], 'or auto, got ""'],
    [["engine.ts", "--queues", "a,,b"], 'Expected the names of queues, such as default,images, got "a,,b"'],
    [["engine.ts", "--queues", ""], "Expected the names of queues"],
    [["engine.ts", "--grace", "30"], 'Expected a duration such as "500ms", "30s" or "5m", got "30"'],
    [["engine.ts", "--grce", "30s"], "Did you mean --grace?"],
  ])("worker %j: %s", async (args, message) => {
    const worker = makeWorkers({ "empty.ts": "" }).start(args);
    expect(await worker.exit).toBe(2);
    expect(worker.errors()).toContain(message);
    expect(worker.lines).toEqual([]);
  });

  test("a worker inside a worker is refused, so that none can start others without end", async () => {
    const { start } = makeWorkers();
    const worker = start(["engine.ts", "--processes", "2"], { AFTERWORK_WORKER: "1" });
    expect(await worker.exit).toBe(2);
    expect(worker.errors()).toContain("a worker can't start workers");
  });

  test("an engine's module that starts workers of itself gets no further than one", async () => {
    const main = JSON.stringify(new URL("../../src/cli/main.ts", import.meta.url).pathname);
    const { start, folder } = makeWorkers({
      "recursive.ts": `
        import { spawnSync } from "node:child_process";
        const { status } = spawnSync(process.execPath, [...process.execArgv, ${main}, "worker", "recursive.ts"], { timeout: 20_000 });
        console.log("inner " + status);
        export { engine } from "./engine.ts";
      `,
    });
    const worker = start(["recursive.ts"]);
    expect(await worker.line(/inner/)).toBe("inner 2");
    await worker.line(/ready/);
    worker.process.kill();
    expect(await worker.exit).toBe(0);
    expect(existsSync(join(folder, "jobs.db"))).toBe(true);
  });
});

describe("what fails ends with 1 and is told", () => {
  test("a module that throws", async () => {
    const worker = makeWorkers({ "throws.ts": 'throw new Error("no settings");' }).start(["throws.ts"]);
    expect(await worker.exit).toBe(1);
    expect(worker.errors()).toMatch(/the worker failed\nError: no settings\n.*throws\.ts/s);
  });

  test("a module that imports what isn't there", async () => {
    const worker = makeWorkers({ "lost.ts": 'import "./nothing.ts";' }).start(["lost.ts"]);
    expect(await worker.exit).toBe(1);
    expect(worker.errors()).toContain("nothing.ts");
  });

  test("a store that can't be opened", async () => {
    const module = `
      import { Engine } from "afterwork";
      import { sqlite } from "afterwork/sqlite";
      export const engine = new Engine({ store: sqlite("nowhere/jobs.db"), tasks: [], storeTimeout: "500ms" });
    `;
    const worker = makeWorkers({ "closed.ts": module }).start(["closed.ts"]);
    expect(await worker.exit).toBe(1);
    expect(worker.errors()).toMatch(/the worker failed\n.*nowhere/s);
  });

  test("a second signal before it is ready", async () => {
    const module = 'console.log("loading"); await new Promise((resolve) => setTimeout(resolve, 60_000));';
    const worker = makeWorkers({ "slow.ts": module }).start(["slow.ts"]);
    await worker.line(/loading/);
    worker.process.kill("SIGTERM");
    worker.process.kill("SIGINT");
    expect(await worker.exit).toBe(1);
  });
});

test("help and version are answered on stdout", async () => {
  const { afterwork, start } = makeWorkers();
  const help = start(["--help"]);
  expect(await help.exit).toBe(0);
  expect(help.lines.join("\n")).toMatch(/--concurrency.*--queues.*--processes.*--grace.*30s/s);
  const version = afterwork(["--version"]);
  expect(await version.exit).toBe(0);
  expect(version.lines).toEqual([expect.stringMatching(/^\d+\.\d+\.\d+$/)]);
});

test.each([
  [[], "Usage: afterwork"],
  [["wroker"], "Did you mean worker?"],
  [["--port", "1"], "unknown option '--port'"],
])("afterwork %j ends with 2", async (args, message) => {
  const child = makeWorkers().afterwork(args);
  expect(await child.exit).toBe(2);
  expect(child.errors()).toContain(message);
});
