import { hash } from "node:crypto";
import { messageOf } from "../base/errors.ts";
import { describe } from "../base/options.ts";
import type { AnyTask } from "./any-task.ts";
import type { KeyScope, TaskKey } from "./key-options.ts";
import { InvalidArgumentsError } from "./payload-errors.ts";

/** Which option a key belongs to, and what it is where none is given. */
export interface KeySource {
  readonly option: string;
  readonly key: TaskKey | undefined;
  readonly byDefault: "arguments" | "one for the task";
  /** Default `task`. */
  readonly scope?: KeyScope | undefined;
}

/** A call whose key is wanted. */
export interface KeyedCall {
  readonly task: AnyTask;
  readonly args: readonly unknown[];
  /** The arguments as they are stored. */
  readonly text: string;
}

const longest = 400;

/**
 * The key of one call, with the task's name before it, which holds no `|`; with nothing before it if it counts for all tasks.
 *
 * @throws {InvalidArgumentsError} when the key function throws or returns no string.
 */
export function keyOf(source: KeySource, call: KeyedCall): string {
  const scope = source.scope === "all" ? "" : call.task.name;
  return `${scope}|${stored(ownKey(source, call))}`;
}

function ownKey({ option, key, byDefault }: KeySource, { task, args, text }: KeyedCall): string {
  if (typeof key === "string") return key;
  if (key === undefined) return byDefault === "arguments" ? text : "";
  let made: unknown;
  try {
    made = (key as (...args: readonly unknown[]) => unknown)(...args);
  } catch (error) {
    const message = `the key function of ${option} threw: ${messageOf(error)}`;
    throw new InvalidArgumentsError(task.name, [{ path: [], message }], { cause: error });
  }
  if (typeof made === "string") return made;
  const message = `the key function of ${option} has to return a string, got ${describe(made)}`;
  throw new InvalidArgumentsError(task.name, [{ path: [], message }]);
}

/** A key of any length and characters, in a form that every database takes in an index. */
function stored(key: string): string {
  if (key.length <= longest && key.isWellFormed() && !key.includes("\0")) return key;
  return `sha256:${hash("sha256", Buffer.from(key, "utf16le"), "base64url")}`;
}
