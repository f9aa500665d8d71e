import type { ClaimAnswer, ClaimRequest, ExtendAnswer, ReclaimAnswer, WorkerSession } from "./claim.ts";
import type { Finding } from "./finding.ts";
import type { Counts, JobPage, JobRecord, ListFilter } from "./job-record.ts";
import type { InsertAnswer, NewJob } from "./new-job.ts";
import type { EventRecord, Outcome, RecordEntry, SettleAnswer, StepRecord } from "./outcome.ts";

/** What a store can do, as data. */
export interface Capabilities {
  /** `settable`: its time is that of a `Clock` it was given; `server`: that of its server. */
  readonly clock: "settable" | "server";
  /** Can jobs be inserted in a transaction of the user? */
  readonly tx: boolean;
  /** Do hints reach other processes? Else only this one. */
  readonly wake: "process" | "everywhere";
  /** Can several processes use it at the same time? */
  readonly multiProcess: boolean;
  /** Does what was acknowledged survive: nothing, the end of the process, or the loss of power? */
  readonly durability: "none" | "process" | "power";
  /** How many jobs one `insert`, `claim` or `settle` should hold at most. */
  readonly maxBatch: number;
  /** Are calls carried out in their order, so that a claim right after an insert, not awaited, finds its jobs? */
  readonly inOrder: boolean;
  /** Are calls worked on elsewhere, so that this process can do something else meanwhile? */
  readonly remote: boolean;
  /** How many short jobs a worker should claim, and settle, at a time where there are many: more would save little. */
  readonly goodBatch: number;
}

/** A schedule as it is kept. */
export interface ScheduleRecord {
  readonly name: string;
  /** The last slot that has been seen to, in milliseconds since the epoch. */
  readonly lastSlot: number;
}

/** The next slot of a schedule, and what it brings. */
export interface Firing {
  readonly name: string;
  /** The slot that is believed to be the last one. */
  readonly expectedLast: number;
  readonly slot: number;
  /** None, to let a slot pass. */
  readonly jobs: readonly NewJob[];
  /** Store nothing while the last of the jobs that it fired before has not ended. */
  readonly unlessUnfinished?: boolean;
}

/** What `migrate` has done, or would do. */
export interface MigrationReport {
  readonly from: number;
  readonly to: number;
  /** The statements, in order; empty when nothing has to be done. */
  readonly statements: readonly string[];
}

/**
 * Where durable jobs are kept. A store only moves records between states; each call is one transition, atomic unless noted,
 * and every id may be an alias. Calls may be made concurrently. Validation, timeouts and the retry of passing faults lie above, in the guard:
 * a fault that may pass is thrown as a {@link StoreFaultError} that says so.
 */
export interface Store {
  readonly capabilities: Capabilities;
  /** Connects and migrates. Called once, before anything else. */
  open(): Promise<void>;
  /** Lets go what is open. What was called before is finished first. Called again, it does nothing. */
  close(): Promise<void>;
  /** Brings the schema up to date under a lock; with `plan` only says how. */
  migrate(options?: { readonly plan?: boolean }): Promise<MigrationReport>;
  /**
   * Examines what it stands on and how it fares, opened or not; nothing is changed. That the database can't be reached is a
   * finding. A store without it has nothing to check.
   */
  diagnose?(): Promise<readonly Finding[]>;

  /**
   * Stores jobs, in this order; the answers come in the same. All or nothing. With `tx`, a transaction of the user's own, it is
   * his commit that counts.
   */
  insert(jobs: readonly NewJob[], tx?: unknown): Promise<readonly InsertAnswer[]>;

  /**
   * These very jobs are about to be given to `insert`, without `tx`: whatever takes time before they can be stored may be done
   * now, while others are being stored. They may never come. A store without it has nothing to do before.
   */
  prepareInsert?(jobs: readonly NewJob[]): void;

  register(worker: WorkerSession): Promise<void>;
  /**
   * Gives a worker jobs. Before that, for all queues: what has become due, at most 500 jobs, goes to its queue, or into the
   * line of its gate, that of its concurrency key if it has one, else that of its rate; so does what was parked in the
   * queues asked for and the worker knows. Then every gate with waiters and room is filled, those of concurrency first, each
   * in the order of keys: the first waiter is let through to its queue, with permits of both its gates, or goes to the line
   * of the other one if that has no room. Permits are given out by claims only; whatever else makes room for somebody who
   * waits is a hint `jobs`. A store may bound how many one claim lets through, if `nextDueInMs` is 0 then.
   *
   * Of the queues' jobs a worker is given the first that fit beside what its session holds. A suspect, a job that has been
   * lost to crashes twice or more and to nothing else, is given without others that have crashed: a session that holds one
   * is given no job that was lost to crashes only, once or more often; one that holds such a job is given no suspect. What
   * is passed over keeps its place. Whatever takes such a job from a session is a hint `jobs` while others like it are ready.
   */
  claim(request: ClaimRequest): Promise<ClaimAnswer>;
  /**
   * Renews a session. `tokens` are all those under which the worker holds jobs or is just claiming some: what it holds under
   * others goes back without costing an attempt, for their claims' answers were lost. With `leaving` the session ends, and
   * everything that it still holds goes back like that.
   */
  extend(worker: string, tokens: readonly string[], options?: { readonly leaving?: boolean }): Promise<ExtendAnswer>;
  /** Atomic per job. The answers come in the order of the outcomes. */
  settle(worker: string, outcomes: readonly Outcome[]): Promise<readonly SettleAnswer[]>;

  /**
   * Ends sessions that have run out, takes their jobs back, and expires what is to be; at most `limit` jobs. A job that was
   * asked to cancel ends as `cancelled`. Each crash is noted as a failed attempt.
   */
  reclaim(limit: number): Promise<ReclaimAnswer>;
  /** What does not run ends as `cancelled`; what runs is asked to stop. */
  cancel(ids: readonly string[]): Promise<readonly ("cancelled" | "requested" | "terminal" | "unknown")[]>;
  /**
   * Jobs that have ended, and not succeeded, are due again at once, or wait for the parents that are left, with attempts
   * counted from 1 and without an expiry; children that ended because of them wait again, unless another job has their
   * unique key by now or another parent ends them. `conflict`: another job has its unique key. `parent`: it ended because of
   * a parent, or would again, so that is to be retried.
   */
  retry(
    ids: readonly string[],
  ): Promise<readonly ("retried" | "conflict" | "parent" | "active" | "succeeded" | "unknown")[]>;
  /** Forgets jobs that have ended. `needed`: a child that has not ended needs its result. */
  remove(ids: readonly string[]): Promise<readonly ("removed" | "active" | "needed" | "unknown")[]>;
  /**
   * Forgets jobs that have been kept long enough and that no child needs which has not ended, for about this long. Not one
   * transaction. With a job its aliases, unique key, steps and events are forgotten, here and in `remove`.
   */
  prune(budgetMs: number): Promise<{ readonly removed: number; readonly more: boolean }>;

  record(worker: string, entries: readonly RecordEntry[]): Promise<readonly ("applied" | "lost")[]>;
  /** In the order in which they were recorded. */
  loadSteps(id: string): Promise<readonly StepRecord[]>;
  /** The events after the one with the id `after`, oldest first. */
  events(id: string, after: number, limit: number): Promise<readonly EventRecord[]>;

  /** In the order of the ids; `undefined` for one that is unknown. `brief` leaves out arguments and failures. */
  get(ids: readonly string[], options?: { readonly brief?: boolean }): Promise<readonly (JobRecord | undefined)[]>;
  list(filter: ListFilter): Promise<JobPage>;
  counts(cap: number): Promise<Counts>;
  /** Nothing is claimed from a paused queue. It need not have had jobs. */
  setQueue(name: string, state: { readonly paused: boolean }): Promise<void>;

  /** Notes names that are new, with the store's now as their last slot, and returns those named. In their order. */
  schedules(names: readonly string[]): Promise<{ readonly schedules: readonly ScheduleRecord[]; readonly now: number }>;
  /**
   * Moves a schedule on and stores jobs, if its last slot is still the expected one. `undefined` if not; no answers when
   * the slot passed without jobs.
   */
  fire(firing: Firing): Promise<readonly InsertAnswer[] | undefined>;

  /** Tells others that there is something new. Only a hint. */
  wake(topic: WakeTopic): void;
  /** Calls back when something may be new, from here or elsewhere; the function returned ends that. */
  onWake(listener: (topic: WakeTopic) => void): () => void;
}

/** `jobs`: something may be claimed. `control`: something was cancelled, paused or resumed. `ended`: jobs have ended. */
export type WakeTopic = "jobs" | "control" | "ended";
