import { join } from "node:path";

import { Engine, type Log, type Store } from "afterwork";
import { sqlite } from "afterwork/sqlite";

import { limitedTask } from "./limited-task.ts";
import * as tasks from "./tasks.ts";

/** As short as it may be, so that much is lost and taken back in little time. */
const lease = "1s";

/** The stores that the trial knows, by name. */
const stores: Readonly<Record<string, (folder: string) => Store>> = {
  sqlite: (folder) => sqlite(join(folder, "chaos.db")),
};

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

export const limited: ReturnType<typeof limitedTask> = limitedTask(() => made as Engine);
let made: Engine | undefined;

/** The engine of this process. */
export function makeEngine(store: string, folder: string): Engine {
  const open = stores[store];
  if (open === undefined) throw new Error(`expected a store of ${Object.keys(stores).join(", ")}, got ${store}`);
  made = new Engine({ store: open(folder), tasks: { ...tasks, limited }, lease, grace: "1s", log: silent });
  return made;
}
