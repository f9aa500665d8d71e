import type { TaskOptions } from "./task-options.ts";

/** What only the type checker sees of a task. */
export interface TaskTypes<out Args extends readonly unknown[], out Result, out Durable extends boolean> {
  readonly args: Args;
  readonly result: Result;
  readonly durable: Durable;
}

/** A task of any arguments and result. */
export interface AnyTask {
  readonly kind: "task";
  readonly name: string;
  readonly options: TaskOptions;
  /** The definition that this is, or that a call made by `.with` comes from. */
  readonly definition: AnyTask;
  readonly run: (context: never, ...args: never[]) => unknown;
  /** Never set; carries the types. */
  readonly "~types"?: TaskTypes<readonly unknown[], unknown, boolean>;
}
