import { isGenerator } from "../base/generators.ts";
import { isPromiseLike } from "../base/promises.ts";
import type { AppScope } from "../dependencies/app-scope.ts";
import { combined, type Closed } from "../dependencies/cleanup.ts";
import type { Plan } from "../dependencies/plan.ts";
import { Resolution } from "../dependencies/resolution.ts";
import type { AnyTask } from "../tasks/any-task.ts";
import { InvalidWorkError } from "../tasks/task-errors.ts";
import type { BlockWatch } from "./block-watch.ts";

/** What calls of tasks share. */
export interface TaskCallEnvironment {
  readonly appScope: AppScope;
  readonly blocks: BlockWatch;
  /** How the dependencies of a task are resolved, overrides included. */
  planOf(task: AnyTask): Plan;
}

/** The attempt that a call is made for. */
export interface TaskCallHost {
  /** A new object with what every dependency is given beside its inputs. */
  createContext(): Record<string, unknown>;
  /** A new object with what the task's function is given beside its dependencies. */
  createTaskContext(): Record<string, unknown>;
  /** Throws when the attempt has been told to stop, as it may have been while dependencies were made. */
  throwIfStopped(): void;
  /** Throws when the attempt has failed already: then dependencies are not to commit. */
  throwIfOver(): void;
  /** What is being written in transactions of its dependencies, which must not commit before; `undefined`: nothing. */
  writes(): undefined | Promise<void>;
}

/** One call of a task's function: its dependencies are resolved, it runs, and they are closed, whatever happened. */
export class TaskCall {
  readonly #task: AnyTask;
  readonly #environment: TaskCallEnvironment;
  readonly #host: TaskCallHost;
  #resolution: Resolution | undefined;

  constructor(task: AnyTask, environment: TaskCallEnvironment, host: TaskCallHost) {
    this.#task = task;
    this.#environment = environment;
    this.#host = host;
  }

  /** The function-scope dependency of this call that handed out just this object. */
  ownerOf(value: unknown): string | undefined {
    return this.#resolution?.functionScope?.ownerOf(value);
  }

  /** What the function returned; a promise only if something on the way takes time. */
  run(args: readonly unknown[]): unknown {
    const plan = this.#environment.planOf(this.#task);
    if (plan.blank.length > 0) return this.#runWithDependencies(plan, args);
    const result = this.#call(this.#host.createTaskContext(), args);
    return isPromiseLike(result) ? result.then((value) => this.#finished(value)) : this.#finished(result);
  }

  async #runWithDependencies(plan: Plan, args: readonly unknown[]): Promise<unknown> {
    const { appScope } = this.#environment;
    const resolution = new Resolution(plan, { appScope, createContext: () => this.#host.createContext() });
    this.#resolution = resolution;
    let value: unknown;
    try {
      for (const stage of [...plan.guards, plan.main]) await resolution.run(stage.steps);
      const context = resolution.assign(this.#host.createTaskContext(), plan.outputs);
      this.#host.throwIfStopped();
      value = await this.#finished(await this.#call(context, args));
    } catch (error) {
      throw combined(await closeScopes(resolution, { error }));
    }
    const closed = await closeScopes(resolution, undefined);
    if (closed.failure !== undefined) throw combined(closed);
    return value;
  }

  #call(context: object, args: readonly unknown[]): unknown {
    const start = performance.now();
    try {
      return (this.#task.run as Callable)(context, ...args);
    } finally {
      this.#environment.blocks.check(this.#task.name, start);
    }
  }

  #finished(value: unknown): unknown {
    this.#host.throwIfOver();
    const writes = this.#host.writes();
    return writes === undefined ? refuseGenerator(value) : writes.then(() => refuseGenerator(value));
  }
}

type Callable = (...args: readonly unknown[]) => unknown;

/** The same value, if it is not one that somebody would have to pull. @throws {InvalidWorkError} */
export function refuseGenerator(result: unknown): unknown {
  if (!isGenerator(result)) return result;
  throw new InvalidWorkError("a background task returned a generator; nothing pulls it, so it would never run");
}

/** In a task's run, function scope and request scope are that run; the shorter one closes first. */
async function closeScopes(resolution: Resolution, failure: { error: unknown } | undefined): Promise<Closed> {
  const inner = (await resolution.functionScope?.close(failure)) ?? asClosed(failure);
  const outer = (await resolution.requestScope?.close(inner.failure)) ?? asClosed(inner.failure);
  return { failure: outer.failure, errors: [...new Set([...inner.errors, ...outer.errors])] };
}

function asClosed(failure: { error: unknown } | undefined): Closed {
  return { failure, errors: failure === undefined ? [] : [failure.error] };
}
