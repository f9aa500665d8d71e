import { AfterworkError } from "../base/errors.ts";
import { isGeneratorFunction } from "../base/generators.ts";
import type { Log } from "../base/log.ts";
import { describe } from "../base/options.ts";
import type { NoReservedNames, Resolved } from "../dependencies/inputs.ts";
import { compilePlan } from "../dependencies/plan.ts";
import type { AnyTask, TaskTypes } from "./any-task.ts";
import type { BackgroundTasks } from "./background-tasks.ts";
import type { DurableContext } from "./durable-context.ts";
import type { DurableMisfit } from "./durable-misfit.ts";
import {
  checkTaskOptions,
  withCallOptions,
  type CallOptions,
  type DurableCallOptions,
  type TaskInputs,
  type TaskOptions,
} from "./task-options.ts";

/** What a task's function is given beside its dependencies. */
export interface TaskContext {
  /** Adds work that runs, or is stored, when this task has succeeded. */
  readonly background: BackgroundTasks;
  /** Aborts on timeout, cancellation and at the end of a shutdown's patience. */
  readonly signal: AbortSignal;
  /** Writes with the task's name and the job's id. */
  readonly log: Log;
  /** 1 for the first attempt. */
  readonly attempt: number;
}

/** The definition of work: a name, options and a function. */
export interface Task<Args extends readonly unknown[], Result, Durable extends boolean> extends AnyTask {
  /** The same task with other options, for one call. @throws {InvalidOptionError} */
  with(options: true extends Durable ? DurableCallOptions<Args> : CallOptions): Task<Args, Result, Durable>;
  readonly "~types"?: TaskTypes<Args, Result, Durable>;
}

type DepsOf<Options> = Options extends { readonly deps: infer Names extends TaskInputs } ? Names : {};
type DurableOf<Options> = Options extends { readonly durable: true } ? true : false;
type ContextOf<Options> = DurableOf<Options> extends true ? TaskContext & DurableContext : TaskContext;

/**
 * Defines a task. Its function's first parameter is its context, the others are the arguments of the call.
 *
 * @throws {InvalidOptionError} for an unknown option or one of a wrong type or range.
 * @throws {DependencyDefinitionError} when a dependency reads the request: a task has none.
 */
export function task<Args extends readonly unknown[], Result>(
  name: string,
  run: (context: TaskContext, ...args: Args) => Result,
): Task<Args, Awaited<Result>, false>;
export function task<const Options extends TaskOptions, Args extends readonly unknown[], Result>(
  name: string,
  options: Options & { readonly deps?: NoReservedNames<DepsOf<Options>> } & DurableMisfit<Options, Args, Result>,
  run: (context: Resolved<DepsOf<Options>> & ContextOf<Options>, ...args: Args) => Result,
): Task<Args, Awaited<Result>, DurableOf<Options>>;
export function task(name: string, second: unknown, third?: unknown): Task<readonly unknown[], unknown, boolean> {
  const [options, run] = third === undefined ? [{}, second] : [second as TaskOptions, third];
  if (typeof name !== "string" || !/^[\w.:/-]{1,200}$/.test(name)) {
    throw invalid(`task: expected a name of letters, digits and any of _ . : / - , got ${describe(name)}`);
  }
  if (typeof run !== "function") throw invalid(`task ${name}: expected a function, got ${describe(run)}`);
  if (isGeneratorFunction(run)) {
    throw invalid(`task ${name}: expected a function, got a generator function; nothing would pull it`);
  }
  checkTaskOptions(`task ${name}`, options);
  compilePlan(options.deps ?? {}, { owner: `task ${name}`, side: "task" });
  return new DefinedTask(name, options, run as AnyTask["run"]);
}

function invalid(message: string): AfterworkError {
  return new AfterworkError("INVALID_DEFINITION", message);
}

class DefinedTask implements Task<readonly unknown[], unknown, boolean> {
  readonly kind = "task";
  readonly name: string;
  readonly options: TaskOptions;
  readonly run: AnyTask["run"];
  readonly definition: AnyTask;
  /** What was worked out of its options; see `derivedOf`. */
  derived: object | undefined;

  constructor(name: string, options: TaskOptions, run: AnyTask["run"], definition?: AnyTask) {
    this.name = name;
    this.options = options;
    this.run = run;
    this.definition = definition ?? this;
    this.derived = undefined;
  }

  with(options: object): DefinedTask {
    const merged = withCallOptions(`task ${this.name}.with`, this.options, options);
    return new DefinedTask(this.name, merged, this.run, this.definition);
  }
}

/**
 * What is worked out once of a task's options, by the one function that does so. It is kept with the task: a `WeakMap`
 * costs more than all the rest for tasks that are made for one call.
 */
export function derivedOf<Derived extends object>(task: AnyTask, derive: (task: AnyTask) => Derived): Derived {
  const defined = task as DefinedTask;
  return (defined.derived ??= derive(task)) as Derived;
}

/** The same call without its `args` schema, for arguments that are not complete yet. */
export function withoutArgsCheck(call: AnyTask): AnyTask {
  if (call.options.args === undefined) return call;
  const { args: _schema, ...options } = call.options;
  return new DefinedTask(call.name, options, call.run, call.definition);
}

/** Is it a task, or a call of one made by `.with`? */
export function isTask(value: unknown): value is AnyTask {
  return value instanceof DefinedTask;
}
