import { join } from "node:path";

import { Engine, task } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { onTestFinished } from "vitest";

import { startChild, type Child } from "../../behaviour/support/child.ts";
import { makeProject, removeProject } from "../../docs/support/project.ts";

/** What the workers of the tests work for. They end by themselves in any case. */
const engineModule = `
import { existsSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { Engine, task } from "afterwork";
import { sqlite } from "afterwork/sqlite";

setTimeout(() => process.exit(9), 60_000).unref();
const print = (line: string): void => void process.stdout.write(line + "\\n");

const slow = task("slow", { durable: true, backoff: { type: "fixed", delay: "10ms" } }, async (_context, name: string, ms: number) => {
  await pause(ms);
  print("ran " + name + " in " + process.pid);
});
const images = task("images", { durable: true, queue: "images" }, (_context, name: string) => print("ran " + name));
/** Goes on until there is a file of this name, whatever its signal says. */
const stubborn = task("stubborn", { durable: true }, async ({ signal }, file: string) => {
  print("stubborn started");
  signal.addEventListener("abort", () => print("stubborn told to stop"));
  while (!existsSync(file)) await pause(10);
  print("stubborn finished");
});
/** Ends when it is told to. */
const polite = task("polite", { durable: true }, async ({ signal, attempt }) => {
  print("polite started, attempt " + attempt);
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  signal.throwIfAborted();
});

export const tasks = [slow, images, stubborn, polite];
export const engine = new Engine({ store: sqlite("jobs.db"), tasks, lease: "1s", grace: "300ms" });
export { engine as other, engine as default };
export const answer = 42;
`;

/** A folder with an engine and its store, and workers that are started there. */
export interface Workers {
  readonly folder: string;
  /** Starts `afterwork` with these arguments. It is killed when the test ends. */
  afterwork(args: readonly string[], environment?: Readonly<Record<string, string>>): Child;
  /** Starts `afterwork worker` with these arguments. It is killed when the test ends. */
  start(args: readonly string[], environment?: Readonly<Record<string, string>>): Child;
  /** The store's client in the process of the test. */
  readonly engine: Engine;
  readonly tasks: typeof tasks;
}

const slow = task("slow", { durable: true }, (_context, _name: string, _ms: number) => {});
const images = task("images", { durable: true, queue: "images" }, (_context, _name: string) => {});
const stubborn = task("stubborn", { durable: true }, (_context, _file: string) => {});
const polite = task("polite", { durable: true }, () => {});
const tasks = { slow, images, stubborn, polite };

export function makeWorkers(files: Readonly<Record<string, string>> = {}): Workers {
  const folder = makeProject({ "engine.ts": engineModule, ...files });
  const engine = new Engine({ store: sqlite(join(folder, "jobs.db")), tasks });
  onTestFinished(async () => {
    await engine.close();
    removeProject(folder);
  });
  const main = new URL("../../../src/cli/main.ts", import.meta.url);
  const afterwork: Workers["afterwork"] = (args, environment = {}) =>
    startChild(main, environment, { args, cwd: folder });
  return {
    folder,
    afterwork,
    start: (args, environment) => afterwork(["worker", ...args], environment),
    engine,
    tasks,
  };
}

/** The process of a line such as `afterwork worker 123: ready`. */
function pidOf(line: string): number {
  return Number(/^afterwork worker (\d+): /.exec(line)?.[1]);
}

/** The processes that have said so far that they are ready. */
export function readyPids({ lines }: Child): number[] {
  return lines.filter((line) => / ready: /.test(line)).map(pidOf);
}

/** Is there a process of this id? */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
