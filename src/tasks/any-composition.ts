import type { AnyTask, TaskTypes } from "./any-task.ts";

/**
 * Calls of durable tasks that need each other, made by `chain`, `group` or `chord` and enqueued like one task: all of
 * them are stored together, and its job is that of the result. One that still needs an input takes it as its argument.
 */
export interface Composition<out Result = unknown, out Args extends readonly unknown[] = []> {
  readonly kind: "composition";
  readonly shape: "chain" | "group" | "chord";
  /** Such as `chain(fetchPage → parse → save)`. */
  readonly name: string;
  /** Never set; carries the types. */
  readonly "~types"?: TaskTypes<Args, Result, true>;
}

/** A composition of any result and input. */
export type AnyComposition = Composition<unknown, readonly unknown[]>;

/** What may be stored, before it is known whether its tasks are durable. */
export type AnyDurable = AnyTask | AnyComposition;
