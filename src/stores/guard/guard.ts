import type { Clock } from "../../base/clock.ts";
import type { Log } from "../../base/log.ts";
import type { ClaimAnswer, ClaimRequest, ExtendAnswer, ReclaimAnswer, WorkerSession } from "../contract/claim.ts";
import type { Finding } from "../contract/finding.ts";
import type { Counts, JobPage, JobRecord, ListFilter } from "../contract/job-record.ts";
import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import type { EventRecord, Outcome, RecordEntry, SettleAnswer, StepRecord } from "../contract/outcome.ts";
import type { Capabilities, Firing, MigrationReport, ScheduleRecord, Store, WakeTopic } from "../contract/store.ts";
import { inBatches } from "./batches.ts";
import { Calls } from "./calls.ts";
import { checkedEntries } from "./check-entries.ts";
import { checkedJobs } from "./check-jobs.ts";
import { checkedOutcomes } from "./check-outcomes.ts";
import { askByIds, isJobId } from "./job-ids.ts";

/** How a store is guarded. */
export interface GuardOptions {
  /** How long a call may take, all its tries together, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** From 0 to 1, for the waits between tries. Default: `Math.random`. */
  readonly random?: () => number;
  /** How many calls may wait for an answer; further ones are refused at once. Default 1000. */
  readonly maxWaiting?: number;
}

/** The longest page of jobs or events. */
const longestPage = 1000;

/**
 * A store as the engine uses it. What crosses is checked and bounded; long lists go over in several calls; faults that may
 * pass are tried again, but for claims, whose token is good for one try, and for inserts in a transaction of the user; a
 * call that takes too long, or comes after `close`, is refused. Ids that can't be any job's are unknown to every store.
 *
 * @throws {InvalidOptionError} for a job or a request that no store could keep.
 * @throws {InvalidArgumentsError} for arguments that are too large.
 * @throws {AfterworkError} with the code `RESULT_INVALID` for a result or a step that is too large.
 * @throws {StoreFaultError} for everything that is the store's own trouble.
 */
export function guard(store: Store, options: GuardOptions): Store {
  return new GuardedStore(store, options);
}

class GuardedStore implements Store {
  readonly capabilities: Capabilities;
  readonly #store: Store;
  readonly #calls: Calls;
  readonly #prepared = new WeakMap<readonly NewJob[], readonly NewJob[]>();
  #closing: Promise<void> | undefined;

  constructor(store: Store, options: GuardOptions) {
    this.capabilities = store.capabilities;
    this.#store = store;
    this.#calls = new Calls(options);
  }

  open(): Promise<void> {
    // A server that is just being restarted is no reason not to start.
    return this.#calls.runUntilThere("open", () => this.#store.open());
  }

  close(): Promise<void> {
    this.#calls.close();
    this.#closing ??= this.#store.close();
    return this.#closing;
  }

  migrate(options?: { readonly plan?: boolean }): Promise<MigrationReport> {
    return this.#calls.runAtLeisure("migrate", () => this.#store.migrate(options));
  }

  /** Nothing, for a store that has nothing to check. */
  async diagnose(): Promise<readonly Finding[]> {
    return this.#calls.runAtLeisure("diagnose", async () => (await this.#store.diagnose?.()) ?? []);
  }

  async insert(jobs: readonly NewJob[], tx?: unknown): Promise<readonly InsertAnswer[]> {
    const checked = this.#prepared.get(jobs) ?? checkedJobs(jobs);
    this.#prepared.delete(jobs);
    if (tx !== undefined) return this.#calls.runOnce("insert", () => this.#store.insert(checked, tx));
    return this.#calls.run("insert", () => this.#store.insert(checked));
  }

  prepareInsert(jobs: readonly NewJob[]): void {
    if (this.#store.prepareInsert === undefined) return;
    try {
      const checked = checkedJobs(jobs);
      this.#prepared.set(jobs, checked);
      this.#store.prepareInsert(checked);
    } catch {
      // Who inserts them is told.
    }
  }

  register(worker: WorkerSession): Promise<void> {
    return this.#calls.run("register", () => this.#store.register(worker));
  }

  claim(request: ClaimRequest): Promise<ClaimAnswer> {
    const { maxBatch } = this.capabilities;
    const bounded = request.limit > maxBatch ? { ...request, limit: maxBatch } : request;
    return this.#calls.runOnce("claim", () => this.#store.claim(bounded));
  }

  extend(worker: string, tokens: readonly string[], options?: { readonly leaving?: boolean }): Promise<ExtendAnswer> {
    return this.#calls.run("extend", () => this.#store.extend(worker, tokens, options));
  }

  async settle(worker: string, outcomes: readonly Outcome[]): Promise<readonly SettleAnswer[]> {
    return this.#inBatches("settle", checkedOutcomes(outcomes), (batch) => this.#store.settle(worker, batch));
  }

  reclaim(limit: number): Promise<ReclaimAnswer> {
    return this.#calls.run("reclaim", () => this.#store.reclaim(Math.min(limit, this.capabilities.maxBatch)));
  }

  cancel(ids: readonly string[]): Promise<readonly ("cancelled" | "requested" | "terminal" | "unknown")[]> {
    return askByIds(ids, "unknown", (known) => this.#inBatches("cancel", known, (batch) => this.#store.cancel(batch)));
  }

  retry(
    ids: readonly string[],
  ): Promise<readonly ("retried" | "conflict" | "parent" | "active" | "succeeded" | "unknown")[]> {
    return askByIds(ids, "unknown", (known) => this.#inBatches("retry", known, (batch) => this.#store.retry(batch)));
  }

  remove(ids: readonly string[]): Promise<readonly ("removed" | "active" | "needed" | "unknown")[]> {
    return askByIds(ids, "unknown", (known) => this.#inBatches("remove", known, (batch) => this.#store.remove(batch)));
  }

  prune(budgetMs: number): Promise<{ readonly removed: number; readonly more: boolean }> {
    return this.#calls.run("prune", () => this.#store.prune(budgetMs), budgetMs);
  }

  async record(worker: string, entries: readonly RecordEntry[]): Promise<readonly ("applied" | "lost")[]> {
    return this.#inBatches("record", checkedEntries(entries), (batch) => this.#store.record(worker, batch));
  }

  async loadSteps(id: string): Promise<readonly StepRecord[]> {
    return isJobId(id) ? this.#calls.run("loadSteps", () => this.#store.loadSteps(id)) : [];
  }

  async events(id: string, after: number, limit: number): Promise<readonly EventRecord[]> {
    if (!isJobId(id)) return [];
    return this.#calls.run("events", () => this.#store.events(id, after, Math.min(limit, longestPage)));
  }

  get(ids: readonly string[], options?: { readonly brief?: boolean }): Promise<readonly (JobRecord | undefined)[]> {
    return askByIds(ids, undefined, (known) =>
      this.#inBatches("get", known, (batch) => this.#store.get(batch, options)),
    );
  }

  list(filter: ListFilter): Promise<JobPage> {
    const bounded = filter.limit > longestPage ? { ...filter, limit: longestPage } : filter;
    return this.#calls.run("list", () => this.#store.list(bounded));
  }

  counts(cap: number): Promise<Counts> {
    return this.#calls.run("counts", () => this.#store.counts(cap));
  }

  setQueue(name: string, state: { readonly paused: boolean }): Promise<void> {
    return this.#calls.run("setQueue", () => this.#store.setQueue(name, state));
  }

  schedules(
    names: readonly string[],
  ): Promise<{ readonly schedules: readonly ScheduleRecord[]; readonly now: number }> {
    return this.#calls.run("schedules", () => this.#store.schedules(names));
  }

  async fire(firing: Firing): Promise<readonly InsertAnswer[] | undefined> {
    const checked = { ...firing, jobs: checkedJobs(firing.jobs) };
    return this.#calls.run("fire", () => this.#store.fire(checked));
  }

  /** After `close` nobody is told. */
  wake(topic: WakeTopic): void {
    if (!this.#calls.closed) this.#store.wake(topic);
  }

  onWake(listener: (topic: WakeTopic) => void): () => void {
    return this.#store.onWake(listener);
  }

  #inBatches<Item, Answer>(
    name: string,
    items: readonly Item[],
    call: (batch: readonly Item[]) => Promise<readonly Answer[]>,
  ): Promise<readonly Answer[]> {
    return inBatches(items, this.capabilities.maxBatch, (batch) => this.#calls.run(name, () => call(batch)));
  }
}
