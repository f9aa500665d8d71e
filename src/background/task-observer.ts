import type { LocalJob } from "../tasks/job.ts";

/** Somebody who watches the in-process work of a request, and may keep it from running. Meant for tests. */
export interface TaskObserver {
  /** Is admitted work to be run? If not it ends as cancelled. */
  readonly runs: boolean;
  /** Work was added, by the request or by its tasks. */
  onAdded(job: LocalJob, args: readonly unknown[]): void;
  /** A task has failed for good. `true`: it will be told of, so the log need not. */
  onFailed(job: LocalJob, error: unknown): boolean;
}
