import type { Duration } from "../base/durations.ts";
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

/** One stored call of a durable task, or of a composition of them. */
export interface Job<out Result = unknown> {
  /** A UUIDv7, known before anything is stored. */
  readonly id: string;
  readonly name: string;
  /** Another job had its unique key and stands for it. Known once it is stored; `false` before. */
  readonly deduplicated: boolean;
  /** `pending` until it is stored. @throws {JobNotFoundError} when it has been removed. */
  status(): Promise<JobStatus>;
  /**
   * Waits for its end, in whatever process it runs; what it returned.
   *
   * @throws {JobFailedError} @throws {JobCancelledError} @throws {JobExpiredError} @throws {TimeoutError}
   * @throws {JobPendingError} at once, while the request that added it has not settled.
   */
  result(options?: ResultOptions): Promise<Result>;
  /** Everything that is stored of it. @throws {JobNotFoundError} */
  read(): Promise<JobDetails>;
  /** What `progress` was last given; `undefined` when nothing was. */
  progress(): Promise<unknown>;
  /** Its status, progress and log lines from now on until it has ended, those of before first. */
  events(options?: EventsOptions): AsyncIterable<JobEvent>;
  cancel(): Promise<CancelOutcome>;
  /** Resolves when the job has been committed to the store. */
  stored(): Promise<void>;
  /** Its id and name: a job may be returned by a handler. */
  toJSON(): { readonly id: string; readonly name: string };
}

/** How long to wait for a result. */
export interface ResultOptions {
  /** Default: as long as it takes. */
  readonly timeout?: Duration;
  /** Gives the waiting up; the job itself goes on. */
  readonly signal?: AbortSignal;
}

/** Where to read the events of a job. */
export interface EventsOptions {
  /** The id of the last event that is known already. Default 0: from the first one that is kept. */
  readonly after?: number;
  readonly signal?: AbortSignal;
}

/** Something that happened to a job. */
export interface JobEvent {
  /** Rises with progress and log lines; a status bears the id of what came before it. */
  readonly id: number;
  readonly at: Date;
  readonly type: "status" | "progress" | "log";
  /** The status, the progress as it was given, or `{ level, message, fields? }`. */
  readonly data: unknown;
}

/** All that is stored of one job. */
export interface JobDetails {
  readonly id: string;
  readonly task: string;
  readonly status: JobStatus;
  readonly queue: string;
  readonly priority: number;
  /** `undefined` when they can't be decoded. */
  readonly args: readonly unknown[] | undefined;
  /** How many attempts have begun and counted. */
  readonly attempt: number;
  readonly createdAt: Date;
  /** When it is, or was, due. Absent while it waits for other jobs. */
  readonly dueAt?: Date;
  readonly expiresAt?: Date;
  /** When its last attempt began. */
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  /** Host and process of its last attempt. */
  readonly worker?: string;
  readonly result?: unknown;
  /** Why it ended, where it did not succeed. */
  readonly error?: JobError;
  /** The attempts that failed, oldest first. */
  readonly failures: readonly JobFailure[];
  readonly progress?: unknown;
  /** The jobs that it waits, or waited, for. */
  readonly parents: readonly string[];
  readonly cancelRequested: boolean;
  /** The `traceparent` that it belongs to. */
  readonly trace?: string;
}

/** An error as it is kept. */
export interface JobError {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** An attempt that failed. */
export interface JobFailure {
  readonly attempt: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly worker: string;
  readonly error: JobError;
  /** Its worker vanished in the middle of it. */
  readonly crashed: boolean;
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
