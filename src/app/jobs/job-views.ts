import type { JobDetails, JobError, JobFailure, JobStatus } from "../../tasks/job.ts";

/** An error of a job as clients see it. */
export interface ErrorView {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** An attempt that failed, as clients see it. */
export interface FailureView {
  readonly attempt: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly crashed: boolean;
  readonly error: ErrorView;
  readonly worker?: string;
}

/** A job as clients see it. Its result has a route of its own. */
export interface JobView extends Omit<JobDetails, "result" | "args" | "error" | "failures" | "worker" | "trace"> {
  readonly error?: ErrorView;
  readonly failures: readonly FailureView[];
  readonly args?: readonly unknown[];
  readonly worker?: string;
  readonly trace?: string;
}

/** How a job has ended, or that it has not. */
export interface ResultView {
  readonly status: JobStatus;
  readonly result?: unknown;
  readonly error?: ErrorView;
}

/** The job without its result and, unless details are wanted, without what is nobody's business but the maker's. */
export function jobView(job: JobDetails, details: boolean): JobView {
  const { result: _result, args, error, failures, worker, trace, ...shown } = job;
  return {
    ...shown,
    ...(error === undefined ? {} : { error: errorView(error, details) }),
    failures: failures.map((failure) => failureView(failure, details)),
    ...(details ? given({ args, worker, trace }) : {}),
  };
}

/** Its name and message; its stack is a detail. */
export function errorView({ name, message, stack }: JobError, details: boolean): ErrorView {
  return details && stack !== undefined ? { name, message, stack } : { name, message };
}

function failureView({ worker, error, ...shown }: JobFailure, details: boolean): FailureView {
  const view = { ...shown, error: errorView(error, details) };
  return details ? { ...view, worker } : view;
}

interface Details {
  readonly args: readonly unknown[] | undefined;
  readonly worker: string | undefined;
  readonly trace: string | undefined;
}

function given({ args, worker, trace }: Details): Pick<JobView, "args" | "worker" | "trace"> {
  return {
    ...(args === undefined ? {} : { args }),
    ...(worker === undefined ? {} : { worker }),
    ...(trace === undefined ? {} : { trace }),
  };
}
