import { AfterworkError } from "../base/errors.ts";
import type { AnyTask } from "../tasks/any-task.ts";
import type { AnyComposition } from "../tasks/any-composition.ts";
import type { Job } from "../tasks/job.ts";
import type { Events } from "../base/events.ts";
import type { AttemptEnvironment } from "./attempt.ts";
import type { BackgroundEvents } from "./background-events.ts";

/** Where the durable tasks of requests are stored. The app's engine is one. */
export interface DurablePort {
  /**
   * Makes the job of one call of a task or a composition, with its id, and checks what can be checked without the store.
   * Nothing is written.
   *
   * @throws {UnknownTaskError} when a task is not listed.
   */
  prepare(work: AnyTask | AnyComposition, args: readonly unknown[], origin?: CallOrigin): PreparedJob;
  /** Stores jobs in one batch; resolves after the commit. An empty batch is never passed. */
  store(jobs: readonly PreparedJob[]): Promise<void>;
  /** What an app does with an engine beyond storing; absent where there is nothing to start or stop. */
  readonly hosted?: HostedEngine;
}

/** Where a call comes from. */
export interface CallOrigin {
  /** The `traceparent` of the request, or of the job, that makes it. */
  readonly trace?: string;
}

/** A job that has been called for and not been stored yet. */
export interface PreparedJob {
  readonly job: Job;
  /** It will never be stored: its request failed, or its store did. */
  drop(reason: Error): void;
  /** It is being written in a transaction of the user's own, which must not commit before. */
  readonly writing?: Promise<void>;
}

/** An engine as the app sees it that it belongs to. */
export interface HostedEngine {
  /** From now on its tasks run with the app's dependencies, log and events. */
  attach(host: EngineHost): void;
  /** The tasks that it knows. */
  readonly tasks: Iterable<AnyTask>;
  /** Opens the store, so that what can't be opened fails at start. */
  open(): Promise<void>;
  /** Starts a worker in this process. */
  work(options: WorkOptions): Promise<void>;
  /** Stops the workers: no new claims, running jobs get `drainMs`, then are asked to stop, then handed back. */
  stop(budget: { readonly drainMs: number; readonly graceMs: number; readonly hurry?: AbortSignal }): Promise<void>;
  /** The app has closed. The engine closes with the last one. */
  detach(): Promise<void>;
}

/** What an app lends its engine. */
export interface EngineHost {
  readonly environment: AttemptEnvironment;
  readonly events: Pick<Events<BackgroundEvents>, "emit" | "has">;
}

/** How much a worker does at a time, and of what. */
export interface WorkOptions {
  /** How many jobs run at a time. Default 20. */
  readonly concurrency?: number;
  /** The queues that it serves, in rotation. Default: all. */
  readonly queues?: readonly string[];
}

/** Durable tasks could not be stored, so the request fails. Code `STORE_UNAVAILABLE`; over HTTP a 503 with `Retry-After`. */
export class StoreUnavailableError extends AfterworkError {
  constructor(cause: unknown) {
    super("STORE_UNAVAILABLE", "the durable tasks of the request could not be stored", { cause });
  }
}
