import { AsyncResource } from "node:async_hooks";

import { newId } from "../base/ids.ts";
import type { Outcome } from "../tasks/background-tasks.ts";
import {
  JobCancelledError,
  JobPendingError,
  type CancelOutcome,
  type LocalJob,
  type LocalJobStatus,
} from "../tasks/job.ts";
import type { Work } from "../tasks/work.ts";
import type { TaskObserver } from "./task-observer.ts";

/** When a job of a request runs: if the request succeeds, in any case, or only if it fails. */
export type RunWhen = "success" | "always" | "failure";

/** Where the jobs that a job has added go when it has succeeded. */
export interface JobRoot {
  /** How the request has ended. */
  readonly outcome: Outcome | undefined;
  readonly trace: string | undefined;
  /** Takes jobs in behind those that wait already; runs them at once when none do. */
  adopt(jobs: readonly InProcessJob[]): void;
}

/** What a job is made of. */
export interface JobSeed {
  readonly root: JobRoot;
  readonly observer: TaskObserver | undefined;
  readonly name: string;
  readonly work: Work;
  readonly args: readonly unknown[];
  readonly when: RunWhen;
  /** Runs beside the others of its request instead of after them. */
  readonly concurrent: boolean;
}

/** One call of in-process work: what its caller holds, and what the runner moves along. */
export class InProcessJob implements LocalJob {
  readonly seed: JobSeed;
  /** Its neighbours among the pending jobs. */
  previous: InProcessJob | undefined;
  next: InProcessJob | undefined;
  /** A resource, because `AsyncLocalStorage.snapshot()` makes a function whose hidden class is its own. */
  readonly #context = new AsyncResource("afterwork.task");
  readonly #onDropped: (job: InProcessJob) => void;
  #id: string | undefined;
  #status: LocalJobStatus = "pending";
  #value: unknown;
  #waiting: PromiseWithResolvers<unknown> | undefined;
  #abort: AbortController | undefined;
  #stopReason: Error | undefined;

  constructor(seed: JobSeed, onDropped: (job: InProcessJob) => void) {
    this.seed = seed;
    this.#onDropped = onDropped;
  }

  get name(): string {
    return this.seed.name;
  }

  get id(): string {
    return (this.#id ??= newId());
  }

  get ended(): boolean {
    return this.#status === "succeeded" || this.#status === "failed" || this.#status === "cancelled";
  }

  /** Runs a function in the asynchronous context of the call of `addTask`. */
  inContext<Args extends unknown[], Result>(run: (...args: Args) => Result, ...args: Args): Result {
    return this.#context.runInAsyncScope(run, undefined, ...args);
  }

  /** What a handler may return of it: nothing of its arguments. */
  toJSON(): { readonly id: string; readonly name: string; readonly status: LocalJobStatus } {
    return { id: this.id, name: this.name, status: this.#status };
  }

  status(): LocalJobStatus {
    return this.#status;
  }

  result(): Promise<unknown> {
    if (this.#status === "pending") return quiet(Promise.reject(new JobPendingError(this.name, this.id)));
    if (this.#status === "succeeded") return Promise.resolve(this.#value);
    if (this.ended) return quiet(Promise.reject(this.#value as Error));
    this.#waiting ??= Promise.withResolvers();
    return quiet(this.#waiting.promise);
  }

  cancel(): CancelOutcome {
    if (this.ended) return "terminal";
    if (this.#status === "pending" || this.#status === "queued") {
      this.drop("cancel() was called before it started");
      return "cancelled";
    }
    this.stop(new JobCancelledError(this.name, this.id, "cancel() was called while it ran"));
    return "requested";
  }

  /** Why it was asked to stop, if it was. */
  get stopReason(): Error | undefined {
    return this.#stopReason;
  }

  /** Asks running work to stop; it will not be tried again. */
  stop(reason: Error): void {
    this.#stopReason ??= reason;
    this.#abort?.abort(reason);
  }

  /** A signal for one attempt, which `stop` aborts. */
  openAttempt(): AbortController {
    this.#abort = new AbortController();
    if (this.#stopReason !== undefined) this.#abort.abort(this.#stopReason);
    return this.#abort;
  }

  /** It will never run. */
  drop(reason: string): undefined {
    if (this.ended) return;
    this.#settle("cancelled", new JobCancelledError(this.name, this.id, reason));
    this.#onDropped(this);
  }

  /** Says where it stands now; what has ended stays so. */
  moveTo(status: "queued" | "running" | "retrying"): void {
    if (!this.ended) this.#status = status;
  }

  succeed(value: unknown): void {
    this.#settle("succeeded", value);
  }

  /** After a `cancel` any failure is the cancellation that was asked for. */
  fail(error: unknown): void {
    if (this.#stopReason instanceof JobCancelledError) this.#settle("cancelled", this.#stopReason);
    else this.#settle("failed", error);
  }

  #settle(status: "succeeded" | "failed" | "cancelled", value: unknown): void {
    this.#status = status;
    this.#value = value;
    if (status === "succeeded") this.#waiting?.resolve(value);
    else this.#waiting?.reject(value);
  }
}

/** A result that nobody reads must not bring the process down. */
function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
