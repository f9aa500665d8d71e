import type { Part } from "../child-process.ts";
import type { Sizes } from "./options.ts";

/** What a child process is told. */
export interface RoleSettings {
  /** The name of a contender. */
  readonly contender: string;
  /** Databases that it finds empty, but for the second one of `claims`. */
  readonly urls: readonly string[];
  readonly sizes: Sizes;
  readonly seed: number;
  /** Where the CPU profile of what is measured goes; `undefined`: none is taken. */
  readonly profile?: string;
}

/** What a child process can be. */
export type RoleName =
  | "in-flight"
  | "bulk"
  | "drain"
  | "drain-across"
  | "latency"
  | "latency-within"
  | "claims"
  | "old-snapshot"
  | "drain-part"
  | "note-starts"
  | "fill-with-others";

/** A child process that plays a role. */
export function part(role: RoleName, settings: RoleSettings): Part {
  return { file: new URL("child.ts", import.meta.url), role, settings };
}
