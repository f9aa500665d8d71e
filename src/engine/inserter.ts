import type { InsertAnswer, NewJob } from "../stores/contract/new-job.ts";
import type { Store } from "../stores/contract/store.ts";
import { InsertLane, type InsertOptions } from "./insert-lane.ts";

/**
 * Group commit: calls of the same turn of the event loop, and those that come while a write is under way, share one write.
 * Jobs without keys, with limits and with unique keys go apart: the first are stored in the fewest steps, and of the last
 * somebody's open transaction may hold a key.
 */
export class Inserter {
  readonly #plain: InsertLane;
  readonly #limited: InsertLane;
  readonly #unique: InsertLane;

  /** `timeoutMs`: how long a call of the store may take. */
  constructor(store: Store, timeoutMs: number) {
    this.#plain = new InsertLane(store, timeoutMs);
    this.#limited = new InsertLane(store, timeoutMs);
    this.#unique = new InsertLane(store, timeoutMs);
  }

  /** Resolves after the commit. @throws {OverloadedError} when too many calls wait already. */
  insert(jobs: readonly NewJob[], options: InsertOptions = {}): Promise<readonly InsertAnswer[]> {
    return this.#laneOf(jobs).add(jobs, options);
  }

  /** Resolves when nothing waits any longer. */
  async idle(): Promise<void> {
    await Promise.all([this.#plain.idle(), this.#limited.idle(), this.#unique.idle()]);
  }

  #laneOf(jobs: readonly NewJob[]): InsertLane {
    if (jobs.some(({ unique }) => unique !== undefined)) return this.#unique;
    return jobs.some(({ concurrency, rate }) => concurrency !== undefined || rate !== undefined)
      ? this.#limited
      : this.#plain;
  }
}
