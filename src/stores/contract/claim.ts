/** A worker's session. It holds the leases of everything that the worker has claimed. Registering it again renews it. */
export interface WorkerSession {
  /** New for every start of a worker, and after the store has ended the session. */
  readonly id: string;
  /**
   * The session may be ended by anybody when it has not been extended for this long. Until somebody has, everything done
   * in it counts.
   */
  readonly leaseMs: number;
  /** Where it runs, for people: host and process. */
  readonly name: string;
}

/** What a worker wants. */
export interface ClaimRequest {
  /** The id of its session. */
  readonly worker: string;
  /** New for every claim; the jobs that it takes are held under it. */
  readonly token: string;
  /**
   * The queues to serve; `undefined`: all, in the order of names. Each is given an equal share, rounded up, of what those
   * before it have left of `limit`; then what is left goes to whoever has more, in the same order.
   */
  readonly queues: readonly string[] | undefined;
  /** Where all are served: so many of them, counted round, come last instead of first. Default 0. */
  readonly turn?: number;
  /**
   * The names of the tasks that it knows. Jobs of others, where they come first, are parked; they keep their place in the
   * order, which they take again when somebody claims from their queue who knows them.
   */
  readonly tasks: readonly string[];
  readonly limit: number;
  /** How many of these may have a concurrency key or a rate limit; they are started at once, never prefetched. */
  readonly keyedLimit: number;
}

/** The answer to a claim. */
export interface ClaimAnswer {
  /** In the order in which they are to be started. @see `Store.claim` for what does not go together */
  readonly jobs: readonly ClaimedJob[];
  /**
   * When the next job of these queues becomes due, or room for a rate-limited one of any queue arises; never later than
   * that; 0 also when a permit that came free during the claim is there for somebody who waits; absent when nothing is
   * waiting for a time.
   */
  readonly nextDueInMs?: number;
  /** `limit` was reached and there may be more, for this session. */
  readonly more: boolean;
  /** The jobs that were parked just now, because this worker does not know their tasks. */
  readonly parked: readonly { readonly id: string; readonly task: string }[];
  /** The session has been ended, so nothing was claimed: register a new one. */
  readonly ended: boolean;
  readonly now: number;
}

/** A job that a worker now holds. */
export interface ClaimedJob {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly priority: number;
  readonly args: string;
  readonly options?: string;
  readonly trace?: string;
  readonly parents?: readonly string[];
  /** 1 for the first one. Attempts that were snoozed, parked or handed back do not count; crashes do. */
  readonly attempt: number;
  /** Are there steps to load? */
  readonly hasSteps: boolean;
  /** Has it a concurrency key or a rate limit? */
  readonly keyed: boolean;
  /** When it was stored, and when it became due, by the store's clock. */
  readonly createdAt: number;
  readonly dueAt: number;
}

/** The answer to `extend`. */
export interface ExtendAnswer {
  /** `false`: the session has ended, also by leaving, and it holds nothing any more. */
  readonly alive: boolean;
  /** The ids of its jobs that somebody wants to stop; named each time until they are settled. */
  readonly cancel: readonly string[];
  readonly now: number;
}

/** What a sweep has done. */
export interface ReclaimAnswer {
  /** Jobs whose worker has vanished, with what became of them. */
  readonly jobs: readonly {
    readonly id: string;
    readonly task: string;
    readonly attempt: number;
    readonly status: "queued" | "failed" | "cancelled";
  }[];
  /** How many jobs have expired without being claimed; children that ended with them are not counted. */
  readonly expired: number;
  /** There is more to do. */
  readonly more: boolean;
}
