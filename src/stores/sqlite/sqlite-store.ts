import type { Clock } from "../../base/clock.ts";
import type { ClaimAnswer, ClaimRequest, ExtendAnswer, ReclaimAnswer, WorkerSession } from "../contract/claim.ts";
import type { Finding } from "../contract/finding.ts";
import type { Counts, JobPage, JobRecord, ListFilter } from "../contract/job-record.ts";
import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import type { EventRecord, Outcome, RecordEntry, SettleAnswer, StepRecord } from "../contract/outcome.ts";
import type { Capabilities, Firing, MigrationReport, ScheduleRecord, Store, WakeTopic } from "../contract/store.ts";
import { claimJobs } from "./claiming.ts";
import { cancelOne, retryOne } from "./control.ts";
import { countJobs } from "./counting.ts";
import { diagnoseFile } from "./diagnosis.ts";
import { insertJobs } from "./insertion.ts";
import { listJobs } from "./listing.ts";
import { Pruning } from "./pruning.ts";
import { readEvents, readRecords, readSteps } from "./reading.ts";
import { reclaimJobs } from "./reclaiming.ts";
import { recordEntries } from "./records.ts";
import { removeOne } from "./removal.ts";
import { fireSchedule, noteSchedules } from "./schedules.ts";
import { extendSession, registerSession } from "./sessions.ts";
import { settleJobs } from "./settling.ts";
import { type FileOptions, StoreFile } from "./store-file.ts";
import { inMemory } from "./connection.ts";

/** The SQLite store: every call that changes something is a command of the one writer, every other a read. */
export class SqliteStore implements Store {
  readonly capabilities: Capabilities;
  readonly #file: StoreFile;
  readonly #clock: Clock;
  readonly #path: string;
  readonly #pruning = new Pruning();

  constructor(options: FileOptions) {
    this.#file = new StoreFile(options);
    this.#clock = options.clock;
    this.#path = options.path;
    const shared = options.path !== inMemory;
    const durability = options.synchronous === "full" ? "power" : "process";
    this.capabilities = {
      clock: "settable",
      tx: shared,
      wake: shared ? "everywhere" : "process",
      multiProcess: shared,
      durability: shared ? durability : "none",
      maxBatch: 1000,
      inOrder: true,
      remote: false,
      goodBatch: 200,
    };
  }

  /** How many transactions this store has committed. */
  get commits(): number {
    return this.#file.writer.commits;
  }

  open(): Promise<void> {
    return this.#file.open();
  }

  close(): Promise<void> {
    return this.#file.close();
  }

  migrate(options: { readonly plan?: boolean } = {}): Promise<MigrationReport> {
    return this.#file.migrate(options.plan ?? false);
  }

  diagnose(): Promise<readonly Finding[]> {
    return diagnoseFile(this.#path);
  }

  async insert(jobs: readonly NewJob[], tx?: unknown): Promise<readonly InsertAnswer[]> {
    if (tx !== undefined) return this.#file.insertWith(tx, jobs);
    return this.#file.writer.submit(jobs.length, (core) => insertJobs(core, jobs));
  }

  async register(worker: WorkerSession): Promise<void> {
    await this.#file.writer.submit(1, (core) => registerSession(core, worker));
  }

  async claim(request: ClaimRequest): Promise<ClaimAnswer> {
    return this.#file.writer.submit(request.limit, (core) => claimJobs(core, request));
  }

  async extend(
    worker: string,
    tokens: readonly string[],
    { leaving = false }: { readonly leaving?: boolean } = {},
  ): Promise<ExtendAnswer> {
    return this.#file.writer.submit(1, (core) => extendSession(core, worker, { tokens, leaving }));
  }

  async settle(_worker: string, outcomes: readonly Outcome[]): Promise<readonly SettleAnswer[]> {
    return this.#file.writer.submit(outcomes.length, (core) => settleJobs(core, outcomes));
  }

  async reclaim(limit: number): Promise<ReclaimAnswer> {
    return this.#file.writer.submit(limit, (core) => reclaimJobs(core, limit));
  }

  async cancel(ids: readonly string[]): Promise<readonly ("cancelled" | "requested" | "terminal" | "unknown")[]> {
    return this.#file.writer.submit(ids.length, (core) => ids.map((id) => cancelOne(core, id)));
  }

  async retry(
    ids: readonly string[],
  ): Promise<readonly ("retried" | "conflict" | "parent" | "active" | "succeeded" | "unknown")[]> {
    return this.#file.writer.submit(ids.length, (core) => ids.map((id) => retryOne(core, id)));
  }

  async remove(ids: readonly string[]): Promise<readonly ("removed" | "active" | "needed" | "unknown")[]> {
    return this.#file.writer.submit(ids.length, (core) => ids.map((id) => removeOne(core, id)));
  }

  async prune(budgetMs: number): Promise<{ readonly removed: number; readonly more: boolean }> {
    return this.#pruning.run(this.#file.writer, budgetMs);
  }

  async record(_worker: string, entries: readonly RecordEntry[]): Promise<readonly ("applied" | "lost")[]> {
    return this.#file.writer.submit(entries.length, (core) => recordEntries(core, entries));
  }

  async loadSteps(id: string): Promise<readonly StepRecord[]> {
    return this.#file.read((sql) => readSteps(sql, id));
  }

  async events(id: string, after: number, limit: number): Promise<readonly EventRecord[]> {
    return this.#file.read((sql) => readEvents(sql, id, after, limit));
  }

  async get(
    ids: readonly string[],
    { brief = false }: { readonly brief?: boolean } = {},
  ): Promise<readonly (JobRecord | undefined)[]> {
    return this.#file.read((sql) => readRecords(sql, ids, { now: this.#clock.now(), brief }));
  }

  async list(filter: ListFilter): Promise<JobPage> {
    return this.#file.read((sql) => listJobs(sql, filter, this.#clock.now()));
  }

  async counts(cap: number): Promise<Counts> {
    return this.#file.read((sql) => countJobs(sql, cap, this.#clock.now()));
  }

  async setQueue(name: string, { paused }: { readonly paused: boolean }): Promise<void> {
    await this.#file.writer.submit(1, ({ queues, pulse }) => {
      queues.pause(queues.named(name), paused);
      pulse.note("control");
    });
  }

  async schedules(
    names: readonly string[],
  ): Promise<{ readonly schedules: readonly ScheduleRecord[]; readonly now: number }> {
    return this.#file.writer.submit(names.length, (core) => noteSchedules(core, names));
  }

  async fire(firing: Firing): Promise<readonly InsertAnswer[] | undefined> {
    return this.#file.writer.submit(firing.jobs.length, (core) => fireSchedule(core, firing));
  }

  wake(topic: WakeTopic): void {
    this.#file.wakes.tell(topic);
  }

  onWake(listener: (topic: WakeTopic) => void): () => void {
    return this.#file.wakes.listen(listener);
  }
}
