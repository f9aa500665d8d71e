import type { Log } from "../base/log.ts";
import { withFields } from "../base/log.ts";
import { isPromiseLike } from "../base/promises.ts";
import type { AnyTask } from "../tasks/any-task.ts";
import { isTask } from "../tasks/task.ts";
import { isThreadFunction, threadWork } from "../tasks/thread-function.ts";
import type { InProcessJob, JobRoot } from "./in-process-job.ts";
import { refuseGenerator, TaskCall, type TaskCallEnvironment, type TaskCallHost } from "./task-call.ts";
import { runWithin, TaskList, type JobRunner, type RunningAttempt, type TaskListHost } from "./task-list.ts";
import type { TaskObserver } from "./task-observer.ts";

const nothing: readonly InProcessJob[] = [];

/** What every attempt has around it. */
export interface AttemptEnvironment extends TaskCallEnvironment {
  readonly runner: JobRunner;
  readonly log: Log;
}

/** One execution of a job: the call, its own work and dependencies, and what stops it. */
export class Attempt implements RunningAttempt, TaskListHost, TaskCallHost {
  readonly number: number;
  readonly #job: InProcessJob;
  readonly #environment: AttemptEnvironment;
  #tasks: TaskList | undefined;
  #abortion: AbortController | undefined;
  #call: TaskCall | undefined;
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

  get trace(): string | undefined {
    return this.root.trace;
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
    return this.#call?.ownerOf(value);
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

  #runTask(task: AnyTask, args: readonly unknown[]): unknown {
    this.#call = new TaskCall(task, this.#environment, this);
    return this.#call.run(args);
  }

  createTaskContext(): Record<string, unknown> {
    return { ...this.createContext(), attempt: this.number };
  }

  throwIfStopped(): void {
    this.#controller.signal.throwIfAborted();
  }

  throwIfOver(): void {
    if (this.#expired !== undefined) throw this.#expired;
  }

  writes(): undefined | Promise<void> {
    return this.#tasks?.writes();
  }

  createContext(): Record<string, unknown> {
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
