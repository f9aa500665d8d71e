import type { JobStatus } from "../../tasks/job.ts";

/**
 * Where a stored job stands, as it is shown: never `pending`. `queued`: due, whatever still keeps it from being claimed.
 * `retrying`: due ahead after an attempt that counted; `scheduled`: due ahead before the first one.
 */
export type StoredStatus = Exclude<JobStatus, "pending">;

/** All of them. */
export const storedStatuses: readonly StoredStatus[] = [
  "queued",
  "scheduled",
  "waiting",
  "running",
  "retrying",
  "succeeded",
  "failed",
  "cancelled",
  "expired",
];

/** An error as it is kept. */
export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
}

/** An attempt that has failed. */
export interface FailedAttempt {
  readonly attempt: number;
  readonly startedAt: number;
  readonly endedAt: number;
  /** The name of its worker. */
  readonly worker: string;
  readonly error: ErrorRecord;
  /** Its worker vanished in the middle of it. */
  readonly crashed: boolean;
}

/** All that is stored of one job. Times are milliseconds since the epoch, by the store's clock. */
export interface JobRecord {
  /** Its own id, also when it was asked for by an alias. */
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly priority: number;
  readonly status: StoredStatus;
  /** Empty in brief records. */
  readonly args: string;
  readonly options?: string;
  readonly trace?: string;
  readonly parents?: readonly string[];
  /** How many attempts have begun and counted. */
  readonly attempt: number;
  readonly createdAt: number;
  /** When it is, or was, due; absent while it waits for parents. */
  readonly dueAt?: number;
  readonly expiresAt?: number;
  /** When its last attempt began; not said if that was handed back. */
  readonly startedAt?: number;
  readonly finishedAt?: number;
  /** The name of the worker of its last attempt; not said if that was handed back. */
  readonly worker?: string;
  /** Of a job that has succeeded; absent for `undefined`. */
  readonly result?: string;
  /** Why it ended, where it did not succeed. */
  readonly error?: ErrorRecord;
  /** The parent whose end was also its end. */
  readonly endedBy?: string;
  /** The attempts that failed since it was stored, oldest first, at most the last 100. Empty in brief records. */
  readonly failures: readonly FailedAttempt[];
  /** The last progress that was reported. */
  readonly progress?: string;
  /** Somebody wants it to stop. */
  readonly cancelRequested: boolean;
  /** It waits for a worker that knows its task. */
  readonly parked: boolean;
}

/** Which jobs to list. */
export interface ListFilter {
  readonly status?: StoredStatus;
  readonly task?: string;
  readonly queue?: string;
  readonly limit: number;
  /** Where the last page ended. */
  readonly cursor?: string;
}

/** A page of jobs, those stored last first. */
export interface JobPage {
  readonly jobs: readonly JobRecord[];
  /**
   * Where to go on: a number of at most 15 digits. A page may be short, even empty, and have one: a read is bounded by what it
   * looks at.
   */
  readonly cursor?: string;
}

/** How much there is. Every number is counted up to a cap: equal to the cap means at least that many. */
export interface Counts {
  readonly statuses: Readonly<Record<StoredStatus, number>>;
  readonly queues: readonly QueueCounts[];
  readonly now: number;
}

/** One queue, in the order of names: those that have jobs which have not ended, or are paused, and maybe others. */
export interface QueueCounts {
  readonly name: string;
  readonly paused: boolean;
  /** Due, and not running. Those that a limit of their key holds back are counted. */
  readonly queued: number;
  readonly scheduled: number;
  readonly running: number;
  /** Since when the oldest one that is due waits. */
  readonly oldestDueAt?: number;
}
