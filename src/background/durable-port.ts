import { UnavailableError } from "../base/unavailable-error.ts";
import type { AnyTask } from "../tasks/any-task.ts";
import type { AnyComposition } from "../tasks/any-composition.ts";
import type { Job } from "../tasks/job.ts";

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

/** Durable tasks could not be stored, so the request fails. Code `STORE_UNAVAILABLE`; over HTTP a 503 with `Retry-After`. */
export class StoreUnavailableError extends UnavailableError {
  constructor(cause: unknown) {
    super("STORE_UNAVAILABLE", "the durable tasks of the request could not be stored", { cause });
  }
}
