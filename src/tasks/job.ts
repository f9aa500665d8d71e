import { AfterworkError } from "../base/errors.ts";

/**
 * Where an in-process job stands. `pending`: the request has not settled. `queued`: it waits for its turn. `retrying`:
 * it waits for its next attempt.
 */
export type LocalJobStatus = "pending" | "queued" | "running" | "retrying" | "succeeded" | "failed" | "cancelled";

/** What `cancel` did: it will never run; it was asked to stop; or it had ended already. */
export type CancelOutcome = "cancelled" | "requested" | "terminal";

/** One call of in-process work. It lives as long as somebody holds it. */
export interface LocalJob<out Result = unknown> {
  /** A UUIDv7. */
  readonly id: string;
  readonly name: string;
  /** `await` it, and the code stays right when the work becomes durable. */
  status(): LocalJobStatus;
  /**
   * What the work returned, or its error. May be left unread.
   *
   * @throws {JobPendingError} at once, while the request has not settled: waiting in the handler could never end.
   * @throws {JobCancelledError} when it was cancelled, or dropped because its request failed.
   */
  result(): Promise<Result>;
  /** Its id, name and status: a job may be returned by a handler. */
  toJSON(): { readonly id: string; readonly name: string; readonly status: LocalJobStatus };
  /** Drops it before it starts; afterwards its `signal` aborts, and a success still counts. */
  cancel(): CancelOutcome;
}

/** Where a durable job stands. */
export type JobStatus =
  | "pending"
  | "queued"
  | "scheduled"
  | "waiting"
  | "running"
  | "retrying"
  | "succeeded"
  | "failed"
  | "cancelled"
  | "expired";

/** One stored call of a durable task. */
export interface Job<out Result = unknown> {
  /** A UUIDv7, known before anything is stored. */
  readonly id: string;
  readonly name: string;
  status(): Promise<JobStatus>;
  result(): Promise<Result>;
  cancel(): Promise<CancelOutcome>;
  /** Resolves when the job has been committed to the store. */
  stored(): Promise<void>;
}

/** A job's result was asked for before its request has settled. Code `JOB_PENDING`. */
export class JobPendingError extends AfterworkError {
  constructor(name: string, id: string) {
    super(
      "JOB_PENDING",
      `the result of ${name} can't be waited for in the request that added it: it starts after the response; ` +
        "return the job's id, or await the function itself",
      { details: { id, name } },
    );
  }
}

/** A job was cancelled, or dropped with its failed request or attempt. Code `JOB_CANCELLED`. */
export class JobCancelledError extends AfterworkError {
  constructor(name: string, id: string, reason: string) {
    super("JOB_CANCELLED", `${name} was cancelled: ${reason}`, { details: { id, name } });
  }
}
