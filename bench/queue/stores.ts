import { memory, type Store } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { join } from "node:path";

export const storeNames = ["sqlite", "memory"] as const;
export type StoreName = (typeof storeNames)[number];

export const synchronousModes = ["full", "normal"] as const;

/** Which store is measured, so that another process can make it. */
export interface StoreChoice {
  readonly name: StoreName;
  readonly synchronous: (typeof synchronousModes)[number];
  /** A folder of its own, for a store that needs one. */
  readonly folder: string;
}

/** A store without jobs, or, in another process, the same one. */
export function openStore({ name, synchronous, folder }: StoreChoice, file = "jobs.db"): Store {
  return name === "memory" ? memory() : sqlite(join(folder, file), { synchronous });
}

/** Can two processes use it? */
export function isShared({ name }: Pick<StoreChoice, "name">): boolean {
  return name !== "memory";
}
