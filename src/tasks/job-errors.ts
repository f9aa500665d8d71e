import { AfterworkError } from "../base/errors.ts";
import type { JobError, JobFailure } from "./job.ts";

/** A durable job has failed for good. Code `JOB_FAILED`; `cause` is its last error as it was kept. */
export class JobFailedError extends AfterworkError {
  /** Every attempt that failed, oldest first. */
  readonly failures: readonly JobFailure[];

  constructor(
    name: string,
    id: string,
    ending: { readonly error: JobError; readonly failures: readonly JobFailure[] },
  ) {
    const cause = Object.assign(new Error(ending.error.message), ending.error);
    super("JOB_FAILED", `${name} failed: ${ending.error.message}`, { cause, details: { id, name } });
    this.failures = ending.failures;
  }
}

/** A durable job was not started before its `expiresAt`. Code `JOB_EXPIRED`. */
export class JobExpiredError extends AfterworkError {
  constructor(name: string, id: string) {
    super("JOB_EXPIRED", `${name} expired before it was started`, { details: { id, name } });
  }
}

/** Another job has the unique key, and `onConflict` is `"reject"`. Code `JOB_CONFLICT`; `details.existing` is its id; over HTTP a 409. */
export class JobConflictError extends AfterworkError {
  /** Where frameworks look for the answer; which job it was is not for clients. */
  readonly status: number = 409;
  readonly statusCode: number = 409;
  readonly expose: boolean = false;

  constructor(name: string, existing: string) {
    super("JOB_CONFLICT", `${name} was rejected: the job ${existing} has its unique key`, {
      details: { name, existing },
    });
  }
}

/** The store does not know the job, or no longer. Code `JOB_NOT_FOUND`. */
export class JobNotFoundError extends AfterworkError {
  constructor(id: string) {
    super("JOB_NOT_FOUND", `there is no job ${id}; it may have been removed after its retention`, { details: { id } });
  }
}

/** A result did not come in time; the job goes on. Code `RESULT_TIMEOUT`. */
export class TimeoutError extends AfterworkError {
  constructor(name: string, id: string, timeoutMs: number) {
    super("RESULT_TIMEOUT", `${name} did not end within ${timeoutMs} ms; it goes on`, { details: { id, name } });
  }
}
