import { systemClock, type Clock } from "../../base/clock.ts";
import type { ClaimAnswer, ClaimRequest, ExtendAnswer, ReclaimAnswer, WorkerSession } from "../contract/claim.ts";
import type { Counts, JobPage, JobRecord, ListFilter } from "../contract/job-record.ts";
import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import type { EventRecord, Outcome, RecordEntry, SettleAnswer, StepRecord } from "../contract/outcome.ts";
import { StoreFaultError } from "../contract/store-fault-error.ts";
import type { Capabilities, Firing, MigrationReport, ScheduleRecord, Store, WakeTopic } from "../contract/store.ts";
import { claimJobs } from "./claiming.ts";
import { cancelOne, pruneJobs, removeOne, retryOne } from "./control.ts";
import { fireSchedule } from "./firing.ts";
import { insertJobs } from "./insertion.ts";
import { extendSession, reclaimJobs } from "./leases.ts";
import { countJobs, listJobs, recordOf } from "./reading.ts";
import { eventsOf, recordOne, stepsOf } from "./records.ts";
import { settleOne } from "./settling.ts";
import { State } from "./state.ts";

/** What {@link memory} can be told. */
export interface MemoryOptions {
  /** The time that counts for everything in it. Default: that of the system. */
  readonly clock?: Clock;
}

/**
 * A store that forgets everything with its process: for tests, and for work that may be lost. It is also the reference
 * that other stores are compared with.
 */
export function memory(options: MemoryOptions = {}): Store {
  return new MemoryStore(options.clock ?? systemClock);
}

class MemoryStore implements Store {
  readonly capabilities: Capabilities = {
    clock: "settable",
    tx: false,
    wake: "process",
    multiProcess: false,
    durability: "none",
    maxBatch: 1000,
    inOrder: true,
    remote: false,
    goodBatch: 200,
  };
  readonly #clock: Clock;
  readonly #state = new State();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async open(): Promise<void> {}

  async close(): Promise<void> {
    this.#state.wakes.close();
  }

  async migrate(): Promise<MigrationReport> {
    return { from: 1, to: 1, statements: [] };
  }

  async insert(jobs: readonly NewJob[], tx?: unknown): Promise<readonly InsertAnswer[]> {
    if (tx !== undefined) throw new StoreFaultError("the memory store has no transactions");
    return this.#change((state, now) => insertJobs(state, jobs, now));
  }

  async register(worker: WorkerSession): Promise<void> {
    this.#change((state, now) => state.sessions.register(worker, now));
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    return this.#change((state, now) => claimJobs(state, request, now));
  }

  async extend(
    worker: string,
    tokens: readonly string[],
    options: { readonly leaving?: boolean } = {},
  ): Promise<ExtendAnswer> {
    const { leaving = false } = options;
    return this.#change((state, now) => extendSession(state, worker, { tokens, leaving }, now));
  }

  async settle(_worker: string, outcomes: readonly Outcome[]): Promise<readonly SettleAnswer[]> {
    return this.#change((state, now) => outcomes.map((outcome) => settleOne(state, outcome, now)));
  }

  async reclaim(limit: number): Promise<ReclaimAnswer> {
    return this.#change((state, now) => reclaimJobs(state, limit, now));
  }

  async cancel(ids: readonly string[]): Promise<readonly ("cancelled" | "requested" | "terminal" | "unknown")[]> {
    return this.#change((state, now) => ids.map((id) => cancelOne(state, id, now)));
  }

  async retry(
    ids: readonly string[],
  ): Promise<readonly ("retried" | "conflict" | "parent" | "active" | "succeeded" | "unknown")[]> {
    return this.#change((state, now) => ids.map((id) => retryOne(state, id, now)));
  }

  async remove(ids: readonly string[]): Promise<readonly ("removed" | "active" | "needed" | "unknown")[]> {
    return this.#change((state) => ids.map((id) => removeOne(state, id)));
  }

  async prune(budgetMs: number): Promise<{ readonly removed: number; readonly more: boolean }> {
    return this.#change((state, now) => pruneJobs(state, budgetMs, now));
  }

  async record(_worker: string, entries: readonly RecordEntry[]): Promise<readonly ("applied" | "lost")[]> {
    return this.#change((state, now) => entries.map((entry) => recordOne(state, entry, now)));
  }

  async loadSteps(id: string): Promise<readonly StepRecord[]> {
    return stepsOf(this.#state, id);
  }

  async events(id: string, after: number, limit: number): Promise<readonly EventRecord[]> {
    return eventsOf(this.#state, id, after, limit);
  }

  async get(
    ids: readonly string[],
    options: { readonly brief?: boolean } = {},
  ): Promise<readonly (JobRecord | undefined)[]> {
    const now = this.#clock.now();
    return ids.map((id) => {
      const job = this.#state.jobs.find(id);
      return job === undefined ? undefined : recordOf(job, now, options.brief ?? false);
    });
  }

  async list(filter: ListFilter): Promise<JobPage> {
    return listJobs(this.#state, filter, this.#clock.now());
  }

  async counts(cap: number): Promise<Counts> {
    return countJobs(this.#state, cap, this.#clock.now());
  }

  async setQueue(name: string, { paused }: { readonly paused: boolean }): Promise<void> {
    this.#change((state) => {
      state.queues.get(name).paused = paused;
      state.wakes.note("control");
    });
  }

  async schedules(
    names: readonly string[],
  ): Promise<{ readonly schedules: readonly ScheduleRecord[]; readonly now: number }> {
    return this.#change((state, now) => ({ schedules: state.schedules.note(names, now), now }));
  }

  async fire(firing: Firing): Promise<readonly InsertAnswer[] | undefined> {
    return this.#change((state, now) => fireSchedule(state, firing, now));
  }

  wake(topic: WakeTopic): void {
    this.#state.wakes.tell(topic);
  }

  onWake(listener: (topic: WakeTopic) => void): () => void {
    return this.#state.wakes.listen(listener);
  }

  /** One transition; whoever listens is told when it has happened. */
  #change<Answer>(transition: (state: State, now: number) => Answer): Answer {
    try {
      return transition(this.#state, this.#clock.now());
    } finally {
      this.#state.wakes.flush();
    }
  }
}
