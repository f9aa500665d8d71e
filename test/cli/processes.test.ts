import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, onTestFinished, test, vi } from "vitest";

import { processesFrom } from "../../src/cli/worker-options.ts";
import type { Child } from "../behaviour/support/child.ts";
import { isAlive, makeWorkers, readyPids } from "./support/workers.ts";

vi.setConfig({ testTimeout: 60_000 });

/** Waits until so many processes have been ready. */
async function ready(workers: Child, count: number): Promise<number[]> {
  await expect.poll(() => readyPids(workers).length, { timeout: 20_000 }).toBe(count);
  return readyPids(workers);
}

test("several processes share the work, and stop together", async () => {
  const { start, engine, tasks } = makeWorkers();
  const workers = start(["engine.ts", "--processes", "2", "--concurrency", "1"]);
  const pids = await ready(workers, 2);
  expect(pids).not.toContain(workers.process.pid);
  const jobs = await engine.enqueueMany(Array.from({ length: 12 }, (_, n) => [tasks.slow, `job-${n}`, 50] as const));
  await Promise.all(jobs.map((job) => job.result({ timeout: "30s" })));
  const ranIn = new Set(workers.lines.flatMap((line) => /^ran job-\d+ in (\d+)$/.exec(line)?.[1] ?? []).map(Number));
  expect([...ranIn].toSorted((a, b) => a - b)).toEqual(pids.toSorted((a, b) => a - b));
  workers.process.kill();
  expect(await workers.exit).toBe(0);
  expect(workers.lines.at(-1)).toBe(`afterwork worker ${workers.process.pid}: all processes have stopped`);
  expect(pids.filter(isAlive)).toEqual([]);
});

test("a process that is killed is replaced, each time after a longer wait, and every job finishes", async () => {
  const { start, engine, tasks } = makeWorkers();
  const workers = start(["engine.ts", "--processes", "2", "--concurrency", "2"]);
  const [first = 0] = await ready(workers, 2);
  const jobs = await engine.enqueueMany(Array.from({ length: 40 }, (_, n) => [tasks.slow, `job-${n}`, 100] as const));
  await workers.line(new RegExp(`^ran job-\\d+ in ${first}$`));
  process.kill(first, "SIGKILL");
  const third = (await ready(workers, 3))[2] ?? 0;
  process.kill(third, "SIGKILL");
  await ready(workers, 4);
  for (const job of jobs) await job.result({ timeout: "30s" });
  expect(workers.errors()).toMatch(
    new RegExp(`process ${first} ended with the signal SIGKILL; another one takes its place in 100 ms`),
  );
  expect(workers.errors()).toMatch(new RegExp(`process ${third} .*in 200 ms`));
  workers.process.kill();
  expect(await workers.exit).toBe(0);
});

test("one that is stopped by itself ends gracefully and is replaced: so they are renewed one by one", async () => {
  const { folder, start, engine, tasks } = makeWorkers();
  const job = await engine.enqueue(tasks.stubborn, join(folder, "go"));
  const workers = start(["engine.ts", "--processes", "2"]);
  const [first = 0] = await ready(workers, 2);
  await workers.line(/stubborn started/);
  process.kill(first, "SIGTERM");
  writeFileSync(join(folder, "go"), "");
  await workers.line(new RegExp(`worker ${first}: stopped`));
  await ready(workers, 3);
  await job.result({ timeout: "30s" });
  expect(workers.lines).not.toContain("stubborn told to stop");
  workers.process.kill();
  expect(await workers.exit).toBe(0);
});

test("Ctrl-C reaches parent and processes alike and counts once; the second one hurries", async () => {
  const { start, engine, tasks } = makeWorkers();
  await engine.enqueue(tasks.stubborn, "never");
  const workers = start(["engine.ts", "--processes", "2", "--grace", "10m"]);
  const pids = await ready(workers, 2);
  await workers.line(/stubborn started/);
  const interrupt = (): void => {
    for (const pid of [workers.process.pid ?? 0, ...pids]) if (isAlive(pid)) process.kill(pid, "SIGINT");
  };
  interrupt();
  // The process without a job ends; the one that works waits for its job.
  await workers.line(/: stopped$/);
  expect(workers.lines).not.toContain("stubborn told to stop");
  interrupt();
  expect(await workers.exit).toBe(1);
  expect(workers.lines).toContain("stubborn told to stop");
  expect(workers.errors()).toMatch(/process \d+ ended with the exit code 1/);
});

test("when the parent vanishes, the processes stop by themselves, and what they run may end", async () => {
  const { folder, start, engine, tasks } = makeWorkers();
  const job = await engine.enqueue(tasks.stubborn, join(folder, "go"));
  const workers = start(["engine.ts", "--processes", "2"]);
  const pids = await ready(workers, 2);
  await workers.line(/stubborn started/);
  workers.process.kill("SIGKILL");
  // The one without a job has gone; the other one waits for its own.
  await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toHaveLength(1);
  writeFileSync(join(folder, "go"), "");
  await expect.poll(() => pids.filter(isAlive), { timeout: 20_000 }).toEqual([]);
  expect(await job.read()).toMatchObject({ status: "succeeded", attempt: 1 });
  expect(workers.lines).not.toContain("stubborn told to stop");
});

test("a parent that vanishes while a process starts is noticed, and that one ends well", async () => {
  const { folder } = makeWorkers();
  const entry = fileURLToPath(new URL("../../src/cli/worker-process.ts", import.meta.url));
  const order = { file: "engine.ts", concurrency: 1, graceMs: 100, isOneOfMany: true };
  const child = fork(entry, [JSON.stringify(order)], {
    cwd: folder,
    execArgv: ["--conditions=afterwork-source"],
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.disconnect(); // As the end of the parent does, before anybody listens.
  expect(await once(child, "exit")).toEqual([0, null]);
});

test("auto is one process for each core", () => {
  expect(processesFrom("auto")).toBe(Math.min(availableParallelism(), 256));
});

test.each(["memory()", 'sqlite(":memory:")'])("a store that is for one process is refused: %s", async (store) => {
  const module = `
    import { Engine, memory } from "afterwork";
    import { sqlite } from "afterwork/sqlite";
    export const engine = new Engine({ store: ${store}, tasks: [] });
  `;
  const { start } = makeWorkers({ "alone.ts": module });
  const several = start(["alone.ts", "--processes", "2"]);
  expect(await several.exit).toBe(2);
  expect(several.errors()).toMatch(
    /: expected a store that several processes can share, .*; the one of alone\.ts is for/,
  );
  expect(several.lines).toEqual([]);
  const one = start(["alone.ts"]);
  await one.line(/ready/);
  one.process.kill();
  expect(await one.exit).toBe(0);
});

test("what is wrong with the engine is told once, and nothing is started again", async () => {
  const { start } = makeWorkers({ "empty.ts": "", "throws.ts": 'throw new Error("no settings");' });
  const usage = start(["empty.ts", "--processes", "4"]);
  expect(await usage.exit).toBe(2);
  expect(usage.errors().match(/it exports nothing/g)).toHaveLength(1);
  const failing = start(["throws.ts", "--processes", "4"]);
  expect(await failing.exit).toBe(1);
  expect(failing.errors().match(/Error: no settings/g)).toHaveLength(1);
  expect(failing.errors()).toMatch(/process \d+ ended with the exit code 1 before it was ready/);
});

test("a signal before they are ready stops them as well", async () => {
  const { start } = makeWorkers();
  const workers = start(["engine.ts", "--processes", "3"]);
  await workers.line(/ ready: /);
  workers.process.kill();
  expect(await workers.exit).toBe(0);
  expect(readyPids(workers).filter(isAlive)).toEqual([]);
});
