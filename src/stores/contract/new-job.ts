/** A job to be stored. Times are durations from the store's now, absolute only where the user gave a time. */
export interface NewJob {
  /** A UUIDv7 in its usual text form, made before the write. Storing it twice is storing it once. */
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  /**
   * From -100 to 100; a higher one is claimed first, equal ones in the order of their due times, and those due at the same
   * time in the order of storing.
   */
  readonly priority: number;
  /** The arguments, encoded. Stores never look inside. */
  readonly args: string;
  /** Due this long after it is stored, or, with parents, after the last of them has succeeded. */
  readonly delayMs?: number;
  /** Due at this time, in milliseconds since the epoch. Beside `delayMs` the later one counts. */
  readonly runAt?: number;
  /** Not claimed by then, it ends as `expired`; once claimed it never does. With both, the earlier one counts. */
  readonly expiresInMs?: number;
  readonly expiresAt?: number;
  /** What workers want to know of this call. Stores never look inside. */
  readonly options?: string;
  readonly crash: CrashPolicy;
  readonly keep: Keep;
  readonly unique?: UniqueRule;
  readonly concurrency?: ConcurrencyRule;
  readonly rate?: RateRule;
  /**
   * The jobs that must have succeeded before. At most 10,000, without duplicates; they are stored already or in the same
   * call, in any order. One that is unknown is a fault, and nothing is stored; with one that has ended otherwise the job
   * ends at once.
   */
  readonly parents?: readonly string[];
  /** The trace that it belongs to. @see https://www.w3.org/TR/trace-context/#traceparent-header */
  readonly trace?: string;
}

/** What follows when a job's worker has vanished in the middle of it. */
export interface CrashPolicy {
  /** `fail`: the first crash fails the job, whatever its attempts. */
  readonly onCrash: "retry" | "fail";
  /** The crash of this attempt fails the job; of the third one, if that is more and there were only crashes. */
  readonly maxAttempts: number;
  /** The wait after the first attempt. */
  readonly delayMs: number;
  /** Does the wait double with every attempt? */
  readonly growing: boolean;
  readonly maxDelayMs: number;
}

/** How long a job is kept after it has ended. */
export interface Keep {
  readonly succeededMs: number;
  /** Also for cancelled and expired ones. */
  readonly failedMs: number;
}

/** At most one job with this key at a time. */
export interface UniqueRule {
  /** Holds for the whole store: whoever makes it puts the task's name in. */
  readonly key: string;
  /** The key is taken this long from the moment of storing; absent: until the job has ended. */
  readonly forMs?: number;
  /**
   * `existing`: the new id becomes an alias of the job that has the key. `reject`: nothing is stored. `replace`: while
   * that job has never been claimed and has not ended, it takes over the arguments, options, priority and due time of the
   * new one, whose id becomes an alias; else the new job is stored and takes over the key.
   */
  readonly onConflict: "existing" | "reject" | "replace";
  /** With `replace`: the due time is not moved further than this from the moment the first one was stored. */
  readonly maxWaitMs?: number;
}

/**
 * At most `limit` jobs with this key run at a time. The limit of the job stored last counts. A due job stands in line. A
 * permit is taken when a claim lets it through to its queue, and given back when it is settled in whatever way, taken out or
 * parked; what waits is let through in the order of claims. See `Store.claim`.
 */
export interface ConcurrencyRule {
  readonly key: string;
  readonly limit: number;
}

/**
 * At most `limit` jobs with this key are claimed in any window `(t - perMs, t]` of the store's clock. A claim counts, also
 * if the job is handed back. A permit is taken when a claim lets a due job through to its queue, and given back when it is
 * taken out or parked, or when its start has left the window; what waits is let through in the order of claims. With a
 * concurrency rule as well a job needs both: it stands in that line first, and then waits where it is refused.
 */
export interface RateRule {
  readonly key: string;
  readonly limit: number;
  readonly perMs: number;
}

/** What became of a job that was to be stored. */
export interface InsertAnswer {
  /** The id of the job that stands for it: its own, or that of the one which had the unique key. */
  readonly id: string;
  /** Another job had the unique key. With `reject` nothing was stored; else its own id is an alias now. */
  readonly deduplicated: boolean;
}
