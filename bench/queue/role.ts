import type { Part } from "./child-process.ts";
import type { Sizes } from "./options.ts";
import type { StoreChoice } from "./stores.ts";

/** What a child process is told. */
export interface RoleSettings {
  readonly store: StoreChoice;
  readonly sizes: Sizes;
  readonly seed: number;
  /** The folder of the file with many other jobs, for the claims. */
  readonly others?: string;
  /** Where the CPU profile of what is measured goes; `undefined`: none is taken. */
  readonly profile?: string;
}

/** What a child process can be. */
export type RoleName =
  | "one"
  | "in-flight"
  | "bulk"
  | "drain"
  | "latency"
  | "latency-across"
  | "claims"
  | "build-others"
  | "note-starts";

/** A child process that plays a role. */
export function part(role: RoleName, settings: RoleSettings): Part {
  return { file: new URL("child.ts", import.meta.url), role, settings };
}
