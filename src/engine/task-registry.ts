import { describe, expected } from "../base/options.ts";
import { AfterworkError } from "../base/errors.ts";
import type { AnyTask } from "../tasks/any-task.ts";
import { collectTask } from "../tasks/composition.ts";
import { isTask } from "../tasks/task.ts";
import { InvalidWorkError, UnknownTaskError } from "../tasks/task-errors.ts";

/** The tasks of an engine: an array, or a module whose exports are tasks, among other things. */
export type TaskSource = readonly AnyTask[] | Readonly<Record<string, unknown>>;

/** Which tasks an engine knows. */
export class TaskRegistry {
  readonly #tasks = new Map<string, AnyTask>();
  readonly #names: string[] = [];

  /** @throws {InvalidOptionError} @throws {AfterworkError} `INVALID_DEFINITION` for two tasks of one name. */
  constructor(source: TaskSource) {
    for (const task of [...tasksOf(source), collectTask]) this.#add(task.definition);
  }

  #add(task: AnyTask): void {
    const known = this.#tasks.get(task.name);
    if (known === task) return;
    if (known !== undefined) {
      throw new AfterworkError("INVALID_DEFINITION", `Engine: two tasks are called ${task.name}; names must differ`);
    }
    if (task.options.durable !== true) {
      throw expected(`Engine: the task ${task.name}`, "durable: true; others need not be listed", false);
    }
    this.#tasks.set(task.name, task);
    this.#names.push(task.name);
  }

  /** The names of all tasks. */
  get names(): readonly string[] {
    return this.#names;
  }

  get all(): Iterable<AnyTask> {
    return this.#tasks.values();
  }

  get(name: string): AnyTask | undefined {
    return this.#tasks.get(name);
  }

  /** @throws {UnknownTaskError} when just this task is not listed. @throws {InvalidWorkError} when it is no durable one. */
  check(task: AnyTask): void {
    if (!isTask(task)) throw new InvalidWorkError(`expected a durable task or a composition, got ${describe(task)}`);
    if (this.#tasks.get(task.name) !== task.definition) throw refusal(task, this.#tasks.has(task.name));
  }
}

function refusal({ name, options }: AnyTask, hasNamesake: boolean): InvalidWorkError | UnknownTaskError {
  if (options.durable === true) return new UnknownTaskError(name, hasNamesake);
  return new InvalidWorkError(`the task ${name} can't be stored: define it with durable: true`);
}

/** A module may export more than tasks; in an array everything must be one. */
function tasksOf(source: TaskSource): readonly AnyTask[] {
  if (Array.isArray(source)) {
    return source.map((task: unknown, index) => {
      if (isTask(task)) return task;
      throw expected(`Engine: tasks[${index}]`, "a task", task);
    });
  }
  if (typeof source !== "object" || source === null) throw expected("Engine: tasks", "an array or a module", source);
  return Object.values(source).filter((value) => isTask(value) && value.options.durable === true) as AnyTask[];
}
