import type { Job, LocalJob } from "../tasks/job.ts";

/** Somebody who watches the work of a request, and may keep what is in-process from running. Meant for tests. */
export interface TaskObserver {
  /** Is admitted work to be run? If not it ends as cancelled. */
  readonly runs: boolean;
  /** Work was added, by the request or by its tasks; a durable task is not stored yet. */
  onAdded(job: LocalJob | Job, args: readonly unknown[]): void;
  /** A task has failed for good. `true`: it will be told of, so the log need not. */
  onFailed(job: LocalJob, error: unknown): boolean;
}
