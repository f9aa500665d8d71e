import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { Engine, memory, type EngineEvents, type EngineOptions, type Store } from "afterwork";
import { onTestFinished } from "vitest";

import { recordLog } from "./listen.ts";

/** A folder that goes with the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "afterwork-behaviour-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The path of an SQLite file that is not there yet; whatever becomes of it goes with the test. */
export function storePath(): string {
  return join(testFolder(), "jobs.db");
}

/** An engine that is closed with the test, on a memory store unless another is given. It says nothing. */
export function openEngine(options: Partial<EngineOptions> & Pick<EngineOptions, "tasks">): Engine {
  const engine = new Engine({ store: memory(), log: recordLog().log, grace: 200, ...options });
  onTestFinished(() => engine.close({ grace: 100 }));
  return engine;
}

/** The same store, with other functions in the place of some of its own. */
export function withChanges(store: Store, changes: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(changes, name) ?? Reflect.get(target, name);
      return typeof value === "function" && !Reflect.has(changes, name) ? value.bind(target) : value;
    },
  });
}

/** Resolves with the next event of this name that fits. */
export function nextEvent<Name extends keyof EngineEvents>(
  engine: Engine,
  name: Name,
  fits: (event: EngineEvents[Name]) => boolean = () => true,
): Promise<EngineEvents[Name]> {
  return new Promise((resolve) => {
    const stop = engine.on(name, (event) => {
      if (!fits(event)) return;
      stop();
      resolve(event);
    });
  });
}
