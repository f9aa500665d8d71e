import { AfterworkError } from "../base/errors.ts";
import type { InsertAnswer, NewJob } from "../stores/contract/new-job.ts";
import { isPassingFault } from "../stores/contract/store-fault-error.ts";
import type { Store } from "../stores/contract/store.ts";
import { nextTurn } from "./next-turn.ts";
import { OverloadedError } from "../background/overloaded-error.ts";
import { SlowWrites } from "./slow-writes.ts";

/** Calls that wait for their write: past this, more would only fill the memory. */
const mostWaiting = 100_000;

/**
 * While many requests store something, their write waits this long for others: a commit costs as much as some twenty jobs.
 * "Many" is so many in the last write, and recently, so that a request that comes alone is stored at once.
 */
const gatherMs = 2;
const many = 4;
const recentlyMs = 10;

/** How a call is stored. */
export interface InsertOptions {
  /** Told when the store has just been asked, so that a claim which follows at once may share the commit. */
  readonly onWrite?: (() => void) | undefined;
  /** It may wait a little for others, where many come. */
  readonly isPatient?: boolean;
}

/** The jobs of one call, stored together or not at all. */
interface Entry {
  readonly jobs: readonly NewJob[];
  readonly onWrite: (() => void) | undefined;
  readonly isPatient: boolean;
  /** By the monotonic clock. */
  readonly since: number;
  readonly uniqueKeys: readonly string[];
  /** It shares no write with others. */
  isAlone: boolean;
  readonly resolve: (answers: readonly InsertAnswer[]) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls that share writes: one is under way at a time, unless it takes long because of a unique key that somebody holds. */
export class InsertLane {
  readonly #store: Store;
  readonly #timeoutMs: number;
  #waiting: Entry[] = [];
  #size = 0;
  /** Does somebody wait who is not patient? */
  #isUrgent = false;
  /** Ends the wait for more. */
  #hurry: (() => void) | undefined;
  #lastSize = 0;
  #lastWrite = Number.NEGATIVE_INFINITY;
  #writing: Promise<void> | undefined;
  readonly #slow = new SlowWrites((keys) => this.#goOnBehind(keys));

  constructor(store: Store, timeoutMs: number) {
    this.#store = store;
    this.#timeoutMs = timeoutMs;
  }

  add(jobs: readonly NewJob[], { onWrite, isPatient = false }: InsertOptions): Promise<readonly InsertAnswer[]> {
    if (this.#size >= mostWaiting) {
      return Promise.reject(new OverloadedError(`${this.#size} durable tasks wait to be stored already`));
    }
    return new Promise((resolve, reject) => {
      this.#size += jobs.length;
      if (!isPatient) this.#hurryUp();
      const entry = {
        jobs,
        onWrite,
        isPatient,
        since: performance.now(),
        uniqueKeys: uniqueKeysOf(jobs),
        isAlone: false,
      };
      this.#waiting.push({ ...entry, resolve, reject });
      this.#goOn();
    });
  }

  #goOn(): void {
    this.#writing ??= this.#gather().then(() => this.#write());
  }

  /** Waits for the end of this turn of the event loop, and longer where all who wait are patient and many come. */
  async #gather(): Promise<void> {
    await nextTurn();
    if (this.#isUrgent || this.#lastSize < many || performance.now() - this.#lastWrite > recentlyMs) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, gatherMs);
    this.#hurry = resolve;
    await promise;
    clearTimeout(timer);
    this.#hurry = undefined;
  }

  #hurryUp(): void {
    this.#isUrgent = true;
    this.#hurry?.();
  }

  async idle(): Promise<void> {
    while (this.#writing !== undefined || !this.#slow.isEmpty) await (this.#writing ?? this.#slow.idle());
  }

  async #write(): Promise<void> {
    const entries = this.#take();
    this.#isUrgent = this.#waiting.some(({ isPatient }) => !isPatient);
    this.#lastSize = entries.length;
    this.#lastWrite = performance.now();
    if (entries.length > 0) await this.#insertUnlessSlow(entries);
    this.#writing = undefined;
    // What was answered just now may call again at once: it is to be in the next write.
    if (this.#free().length > 0) this.#goOn();
  }

  /** Resolves when they are stored, or others need not wait for that. */
  #insertUnlessSlow(entries: readonly Entry[]): Promise<void> {
    const inserting = this.#insert(entries);
    const keys = new Set(entries.flatMap(({ uniqueKeys }) => uniqueKeys));
    return keys.size === 0 ? inserting : this.#slow.outlast(inserting, keys);
  }

  /** Whoever waited for a key is stored alone: if it is held still, nobody else is to wait for it. */
  #goOnBehind(keys: ReadonlySet<string>): void {
    for (const entry of this.#waiting) entry.isAlone ||= entry.uniqueKeys.some((key) => keys.has(key));
    if (this.#waiting.length > 0) this.#goOn();
  }

  /** As many calls as fit, of those that wait for nobody's key; one call alone may be larger. */
  #take(): readonly Entry[] {
    const { maxBatch } = this.#store.capabilities;
    const free = this.#free();
    let size = 0;
    let count = 0;
    for (const { jobs, isAlone } of free) {
      if (count > 0 && (isAlone || size + jobs.length > maxBatch)) break;
      size += jobs.length;
      count += 1;
      if (isAlone) break;
    }
    const taken = free.slice(0, count);
    this.#waiting = this.#slow.isEmpty ? this.#waiting.slice(count) : without(this.#waiting, taken);
    this.#size -= size;
    return taken;
  }

  /** Those that no slow write holds up; of the same key, the one that came first goes first. */
  #free(): readonly Entry[] {
    if (this.#slow.isEmpty) return this.#waiting;
    const held = new Set(this.#slow.keys);
    return this.#waiting.filter(({ uniqueKeys }) => {
      if (!uniqueKeys.some((key) => held.has(key))) return true;
      for (const key of uniqueKeys) held.add(key);
      return false;
    });
  }

  async #insert(entries: readonly Entry[]): Promise<void> {
    try {
      const inserting = this.#store.insert(entries.length === 1 ? first(entries).jobs : allJobs(entries));
      entries.find(({ onWrite }) => onWrite !== undefined)?.onWrite?.();
      const answers = await inserting;
      let start = 0;
      for (const { jobs, resolve } of entries) {
        resolve(entries.length === 1 ? answers : answers.slice(start, start + jobs.length));
        start += jobs.length;
      }
    } catch (error) {
      await this.#blame(entries, error);
    }
  }

  /** What is wrong with one call is not to fail the others. */
  async #blame(entries: readonly Entry[], error: unknown): Promise<void> {
    const isCalls = error instanceof AfterworkError && !isPassingFault(error);
    if (isCalls && entries.length > 1) for (const entry of entries) await this.#insert([entry]);
    else for (const { reject } of entries) reject(error);
    if (!isCalls) this.#rejectLate(error);
  }

  /** While the store is away, whoever waits behind a write has waited as long as that. */
  #rejectLate(error: unknown): void {
    const latest = performance.now() - this.#timeoutMs;
    const inTime = this.#waiting.findIndex(({ since }) => since > latest);
    const late = this.#waiting.splice(0, inTime === -1 ? this.#waiting.length : inTime);
    for (const { jobs, reject } of late) {
      this.#size -= jobs.length;
      reject(error);
    }
  }
}

function uniqueKeysOf(jobs: readonly NewJob[]): readonly string[] {
  return jobs.flatMap(({ unique }) => unique?.key ?? []);
}

function without(entries: readonly Entry[], taken: readonly Entry[]): Entry[] {
  const gone = new Set(taken);
  return entries.filter((entry) => !gone.has(entry));
}

function first(entries: readonly Entry[]): Entry {
  return entries[0] as Entry;
}

function allJobs(entries: readonly Entry[]): readonly NewJob[] {
  const all: NewJob[] = [];
  for (const { jobs } of entries) for (const job of jobs) all.push(job);
  return all;
}
