import { tmpdir } from "node:os";
import { join } from "node:path";

import { Engine, type Log, type TaskSource } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { onTestFinished } from "vitest";

import { SqliteFolder } from "../../stores/sqlite-folder.ts";
import { startChild, type Child } from "./child.ts";

/** A file of an SQLite store that several processes use. It goes when the test ends, and they go before it. */
export interface DurableFile {
  readonly path: string;
  /** An engine in this process that does not work. */
  engine(tasks: TaskSource): Engine;
  /** Starts a process that runs a script of `fixtures/durable`, which is told the file. Default `worker.ts`. */
  start(environment?: Readonly<Record<string, string>>, script?: string): Child;
  /** The same; resolves when it works. */
  worker(environment?: Readonly<Record<string, string>>, script?: string): Promise<Child>;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
/** With it, a process starts in a third of the time. @see https://nodejs.org/api/module.html#module-compile-cache */
const compileCache = join(tmpdir(), "afterwork-compile-cache");
const scripts = new URL("../fixtures/durable/", import.meta.url);

export function durableFile(): DurableFile {
  const folder = new SqliteFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  const path = folder.newFile();
  const start = (environment: Readonly<Record<string, string>> = {}, script = "worker.ts"): Child =>
    startChild(new URL(script, scripts), { FILE: path, NODE_COMPILE_CACHE: compileCache, ...environment });
  return {
    path,
    start,
    engine: (tasks) => {
      const engine = new Engine({ store: sqlite(path), tasks, log: silent });
      onTestFinished(() => engine.close());
      return engine;
    },
    worker: async (environment, script) => {
      const child = start(environment, script);
      await child.line(/^ready$/);
      return child;
    },
  };
}
