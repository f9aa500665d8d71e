import type { Log } from "../base/log.ts";
import { withFields } from "../base/log.ts";
import { isGenerator } from "../base/generators.ts";
import { isPromiseLike } from "../base/promises.ts";
import type { AppScope } from "../dependencies/app-scope.ts";
import { combined, type Closed } from "../dependencies/cleanup.ts";
import type { Plan } from "../dependencies/plan.ts";
import { Resolution } from "../dependencies/resolution.ts";
import type { AnyTask } from "../tasks/any-task.ts";
import { isTask } from "../tasks/task.ts";
import { InvalidWorkError } from "../tasks/task-errors.ts";
import { isThreadFunction, threadWork } from "../tasks/thread-function.ts";
import type { BlockWatch } from "./block-watch.ts";
import type { InProcessJob, JobRoot } from "./in-process-job.ts";
import { runWithin, TaskList, type JobRunner, type RunningAttempt, type TaskListHost } from "./task-list.ts";
import type { TaskObserver } from "./task-observer.ts";

const nothing: readonly InProcessJob[] = [];

/** What every attempt has around it. */
export interface AttemptEnvironment {
  readonly runner: JobRunner;
  readonly appScope: AppScope;
  readonly log: Log;
  readonly blocks: BlockWatch;
  /** How the dependencies of a task are resolved, overrides included. */
  planOf(task: AnyTask): Plan;
}

/** One execution of a job: the call, its own work and dependencies, and what stops it. */
export class Attempt implements RunningAttempt, TaskListHost {
  readonly number: number;
  readonly #job: InProcessJob;
  readonly #environment: AttemptEnvironment;
  #tasks: TaskList | undefined;
  #abortion: AbortController | undefined;
  #resolution: Resolution | undefined;
  #expired: Error | undefined;
  #ended = false;

  constructor(job: InProcessJob, number: number, environment: AttemptEnvironment) {
    this.number = number;
    this.#job = job;
    this.#environment = environment;
  }

  get root(): JobRoot {
    return this.#job.seed.root;
  }

  get observer(): TaskObserver | undefined {
    return this.#job.seed.observer;
  }

  get runner(): JobRunner {
    return this.#environment.runner;
  }

  /** What the work adds while it runs. */
  get tasks(): TaskList {
    return (this.#tasks ??= new TaskList(this));
  }

  /** The same, if there is any. */
  get usedTasks(): TaskList | undefined {
    return this.#tasks;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** It has ended: hands over the jobs it has added. */
  end(): readonly InProcessJob[] {
    this.#ended = true;
    return this.#tasks?.release() ?? nothing;
  }

  /** The jobs of an attempt go to its root; there is no response to wait for. */
  arm(): void {}

  awaitEnd(): void {}

  /** The function-scope dependency of this attempt that handed out just this object. */
  ownerOf(value: unknown): string | undefined {
    return this.#resolution?.functionScope?.ownerOf(value);
  }

  /** It has taken too long and failed: tells the work to stop. Whatever it still returns, nothing of it is committed. */
  expire(reason: Error): void {
    this.#expired = reason;
    this.#controller.abort(reason);
  }

  get #controller(): AbortController {
    return (this.#abortion ??= this.#job.openAttempt());
  }

  /** Runs the work; a promise only if it takes time. */
  run(timeoutMs: number): unknown {
    return this.#job.inContext(runAttempt, this, timeoutMs);
  }

  /** The call itself, in its asynchronous context. */
  call(timeoutMs: number): unknown {
    const { work, args } = this.#job.seed;
    if (isTask(work)) return this.#runTask(work, args);
    if (isThreadFunction(work)) return work[threadWork].run(args, { signal: this.#controller.signal, timeoutMs });
    return this.#callPlain(work as Callable, args);
  }

  #callPlain(work: Callable, args: readonly unknown[]): unknown {
    const start = performance.now();
    try {
      const result = work(...args);
      return isPromiseLike(result) ? Promise.resolve(result).then(refuseGenerator) : refuseGenerator(result);
    } finally {
      this.#environment.blocks.check(this.#job.name, start);
    }
  }

  #callTask(task: AnyTask, context: object, args: readonly unknown[]): unknown {
    const start = performance.now();
    try {
      return (task.run as Callable)(context, ...args);
    } finally {
      this.#environment.blocks.check(this.#job.name, start);
    }
  }

  async #runTask(task: AnyTask, args: readonly unknown[]): Promise<unknown> {
    const plan = this.#environment.planOf(task);
    const resolution = new Resolution(plan, {
      appScope: this.#environment.appScope,
      createContext: () => this.#createContext(),
    });
    this.#resolution = resolution;
    let value: unknown;
    try {
      for (const stage of [...plan.guards, plan.main]) await resolution.run(stage.steps);
      const context = resolution.assign({ ...this.#createContext(), attempt: this.number }, plan.outputs);
      this.#controller.signal.throwIfAborted();
      value = refuseGenerator(await this.#callTask(task, context, args));
      if (this.#expired !== undefined) throw this.#expired;
    } catch (error) {
      const closed = await closeScopes(resolution, { error });
      throw combined(closed);
    }
    const closed = await closeScopes(resolution, undefined);
    if (closed.failure !== undefined) throw combined(closed);
    return value;
  }

  #createContext(): Record<string, unknown> {
    const { name, id } = this.#job;
    const log = withFields(this.#environment.log, { task: name, job: id });
    return { background: this.tasks, signal: this.#controller.signal, log };
  }
}

function runAttempt(attempt: Attempt, timeoutMs: number): unknown {
  return runWithin(attempt, callAttempt, attempt, timeoutMs);
}

function callAttempt(attempt: Attempt, timeoutMs: number): unknown {
  return attempt.call(timeoutMs);
}

type Callable = (...args: readonly unknown[]) => unknown;

function refuseGenerator(result: unknown): unknown {
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
