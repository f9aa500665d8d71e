import type { ErrorRecord, FailedAttempt } from "../contract/job-record.ts";
import type { ConcurrencyRule, CrashPolicy, Keep, NewJob, RateRule, UniqueRule } from "../contract/new-job.ts";
import type { EventRecord, StepRecord } from "../contract/outcome.ts";
import { crashesOf, type Crashes } from "../contract/suspects.ts";

/** How a job can end. */
export type End = "succeeded" | "failed" | "cancelled" | "expired";

/**
 * Where a job is; always in exactly one place. `waiting`: for parents. `delayed`: for its due time. `blocked`: at a gate.
 * `ready`: in its queue. `parked`: for a worker that knows its task. `held`: by a worker.
 */
export type Place = "waiting" | "delayed" | "blocked" | "ready" | "parked" | "held" | End;

/** Under what a worker holds a job. */
export interface Hold {
  /** The id of its session. */
  readonly worker: string;
  readonly token: string;
  /** How often the job had been lost to crashes before. */
  readonly crashes: Crashes;
}

/** A job as the memory store keeps it: what was given, and what has become of it. */
export class StoredJob {
  readonly id: string;
  /** Its number in the order of storing. */
  readonly seq: number;
  readonly task: string;
  readonly queue: string;
  readonly crash: CrashPolicy;
  readonly keep: Keep;
  readonly unique: UniqueRule | undefined;
  readonly concurrency: ConcurrencyRule | undefined;
  readonly rate: RateRule | undefined;
  readonly parents: readonly string[] | undefined;
  readonly trace: string | undefined;
  readonly createdAt: number;

  priority: number;
  args: string;
  options: string | undefined;
  wait: Wait;
  place: Place = "waiting";
  /** 0 while it waits for parents. */
  dueAt = 0;
  expiresAt: number | undefined;

  hold: Hold | undefined;
  settledToken: string | undefined;

  attempt = 0;
  everClaimed = false;
  /** Have all counted attempts been lost to crashes? */
  onlyCrashes = true;
  startedAt: number | undefined;
  worker: string | undefined;
  cancelRequested = false;

  finishedAt: number | undefined;
  result: string | undefined;
  error: ErrorRecord | undefined;
  endedBy: string | undefined;
  readonly failures: FailedAttempt[] = [];

  progress: string | undefined;
  events: EventRecord[] = [];
  lastEvent = 0;
  readonly steps: Map<string, StepRecord> = new Map();

  readonly aliases: string[] = [];
  readonly parentJobs: Set<StoredJob> = new Set();
  /** How many of its parents have not succeeded. */
  pendingParents = 0;
  readonly children: Set<StoredJob> = new Set();
  /** How many of its children have not ended. */
  openChildren = 0;

  constructor(job: NewJob, seq: number, now: number) {
    this.id = job.id;
    this.seq = seq;
    this.task = job.task;
    this.queue = job.queue;
    this.crash = job.crash;
    this.keep = job.keep;
    this.unique = job.unique;
    this.concurrency = job.concurrency;
    this.rate = job.rate;
    this.parents = job.parents;
    this.trace = job.trace;
    this.createdAt = now;
    this.priority = job.priority;
    this.args = job.args;
    this.options = job.options;
    this.wait = waitOf(job);
    this.expiresAt = expiryOf(job, now);
  }

  get keyed(): boolean {
    return this.concurrency !== undefined || this.rate !== undefined;
  }

  /** How often it has been lost to crashes. While it is held that is said by its hold. */
  get crashes(): Crashes {
    return crashesOf(this.attempt, this.onlyCrashes);
  }

  get ended(): boolean {
    return endOf(this.place) !== undefined;
  }
}

/** How long a job waits once nothing else holds it back. */
export type Wait = Pick<NewJob, "delayMs" | "runAt">;

/** The wait that a new job asks for, alone, so that the rest of it can be forgotten. */
export function waitOf({ delayMs, runAt }: Wait): Wait {
  return { ...(delayMs === undefined ? {} : { delayMs }), ...(runAt === undefined ? {} : { runAt }) };
}

/** When something is due whose waiting begins now. */
export function dueFrom(now: number, wait: Wait): number {
  return Math.max(now + (wait.delayMs ?? 0), wait.runAt ?? 0);
}

/** The end that a place is, if it is one. */
export function endOf(place: Place): End | undefined {
  switch (place) {
    case "succeeded":
    case "failed":
    case "cancelled":
    case "expired":
      return place;
    case "waiting":
    case "delayed":
    case "blocked":
    case "ready":
    case "parked":
    case "held":
      return undefined;
  }
}

function expiryOf(job: NewJob, now: number): number | undefined {
  if (job.expiresInMs === undefined) return job.expiresAt;
  return Math.min(now + job.expiresInMs, job.expiresAt ?? Number.POSITIVE_INFINITY);
}
