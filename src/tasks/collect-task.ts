import { task, type Task } from "./task.ts";

/**
 * The end of every group: a built-in durable task that returns the list of results it is given, with `null` for those of
 * members that return nothing, as JSON has it. Engines list it by themselves.
 */
export const collectTask: Task<readonly [list: readonly unknown[]], readonly unknown[], true> = task(
  "afterwork:collect",
  { durable: true },
  (_context, list: readonly unknown[]) => list.map((result) => result ?? null),
);
