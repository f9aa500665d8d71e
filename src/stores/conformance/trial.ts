import assert from "node:assert/strict";
import { setTimeout as wait } from "node:timers/promises";
import { newId } from "../../base/ids.ts";
import type { WorkerSession } from "../contract/claim.ts";
import type { JobRecord, StoredStatus } from "../contract/job-record.ts";
import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import type { Store } from "../contract/store.ts";
import type { StoreUnderTest, UserTransaction } from "./store-under-test.ts";
import type { TrialClock } from "./trial-clock.ts";
import { TrialWorker, type WorkerHabits } from "./trial-worker.ts";

/** What every case works with: a store of its own, and short words for what cases do again and again. */
export class Trial {
  readonly store: Store;
  /** The unit of time, in milliseconds. */
  readonly tick: number;
  readonly #clock: TrialClock;
  readonly #subject: StoreUnderTest;

  constructor(store: Store, subject: StoreUnderTest, clock: TrialClock) {
    this.store = store;
    this.tick = store.capabilities.clock === "settable" ? 1000 : (subject.tickMs ?? 200);
    this.#clock = clock;
    this.#subject = subject;
  }

  /** A job of the task `task` in the queue `default`, due at once, that nothing keeps. */
  newJob(own: Partial<NewJob> = {}): NewJob {
    return {
      id: newId(),
      task: "task",
      queue: "default",
      priority: 0,
      args: "[]",
      crash: { onCrash: "retry", maxAttempts: 3, delayMs: 0, growing: false, maxDelayMs: 0 },
      keep: { succeededMs: 1000 * this.tick, failedMs: 1000 * this.tick },
      ...own,
    };
  }

  /** Stores jobs; their own ids. */
  async insert(...jobs: readonly Partial<NewJob>[]): Promise<string[]> {
    const made = jobs.map((job) => this.newJob(job));
    await this.store.insert(made);
    return made.map(({ id }) => id);
  }

  /** Stores one job; its own id. */
  async insertOne(job: Partial<NewJob> = {}): Promise<string> {
    const [id] = await this.insert(job);
    return defined(id);
  }

  /** Stores one job; the answer. */
  async answerTo(job: Partial<NewJob>): Promise<InsertAnswer> {
    const [answer] = await this.store.insert([this.newJob(job)]);
    return defined(answer);
  }

  /** A registered worker that knows the task `task` and serves all queues, with a lease of ten ticks. */
  async worker(own: Partial<WorkerSession> & WorkerHabits = {}): Promise<TrialWorker> {
    const { id = newId(), leaseMs = 10 * this.tick, name = "trial", ...habits } = own;
    await this.store.register({ id, leaseMs, name });
    return new TrialWorker(this.store, id, habits);
  }

  /** Lets time pass: the store's, or that of everybody. */
  async pass(ticks: number): Promise<void> {
    if (this.store.capabilities.clock === "settable") this.#clock.pass(ticks * this.tick);
    else await wait(ticks * this.tick);
  }

  /** The store's now. */
  async now(): Promise<number> {
    return (await this.store.counts(1)).now;
  }

  /** How far two times of one call may be apart, in milliseconds: a server's clock goes on within it. */
  get slack(): number {
    return this.store.capabilities.clock === "settable" ? 0 : this.tick / 2;
  }

  /** Is it this time, or nearly so where a server's clock tells it? */
  assertTime(actual: number | undefined, wanted: number | undefined): void {
    assert.ok(Math.abs(defined(actual) - defined(wanted)) <= this.slack, `expected the time ${wanted}, got ${actual}`);
  }

  /** The record of a job that is there. */
  async record(id: string): Promise<JobRecord> {
    const [record] = await this.store.get([id]);
    return defined(record);
  }

  async status(id: string): Promise<StoredStatus | undefined> {
    const [record] = await this.store.get([id], { brief: true });
    return record?.status;
  }

  async statuses(ids: readonly string[]): Promise<(StoredStatus | undefined)[]> {
    const records = await this.store.get(ids, { brief: true });
    return records.map((record) => record?.status);
  }

  /** Stores a job and has it fail; its id. */
  async failed(job: Partial<NewJob> = {}): Promise<string> {
    const id = await this.insertOne(job);
    const worker = await this.worker({ tasks: [job.task ?? "task"], queues: [job.queue ?? "default"] });
    await worker.fail(await worker.claimOne());
    return id;
  }

  /** Stores a job and has it succeed; its id. */
  async succeeded(job: Partial<NewJob> = {}): Promise<string> {
    const id = await this.insertOne(job);
    const worker = await this.worker({ tasks: [job.task ?? "task"], queues: [job.queue ?? "default"] });
    await worker.succeed(await worker.claimOne());
    return id;
  }

  async begin(): Promise<UserTransaction> {
    assert.ok(this.#subject.begin, `${this.#subject.name} has the capability tx, so the suite needs its "begin"`);
    return await this.#subject.begin(this.store);
  }
}

/** What must be there. */
export function defined<Value>(value: Value | undefined): Value {
  assert.notEqual(value, undefined);
  return value as Value;
}
