import { systemClock } from "../../base/clock.ts";
import type { JobRecord } from "../../stores/contract/job-record.ts";
import type { Store } from "../../stores/contract/store.ts";
import { isTerminal } from "../../tasks/job-states.ts";

/** What a wait ends with: the record of the job that has ended, or nothing when the store does not know it. */
export type Ending = JobRecord | undefined;

/** Somebody who waits for a job. */
interface Waiter {
  /** A job that is being written in somebody's open transaction is not there yet. */
  readonly mayBeMissing: boolean;
  readonly resolve: (ending: Ending) => void;
  readonly reject: (error: unknown) => void;
}

/** With no hint, a job is looked at this often; the wait grows while nothing happens. */
const firstPollMs = 50;
const longestPollMs = 1_000;
/** A hint that comes in bursts is followed this often. */
const hintMs = 1;

/** Waits for the ends of jobs. However many wait, the store is asked once for all of them. */
export class JobWatch {
  readonly #store: Store;
  readonly #waiters = new Map<string, Waiter[]>();
  #stopListening: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #pollMs = firstPollMs;
  #asking = false;
  #askAgain = false;
  #isHinted = false;
  /** How long the last look took. */
  #tookMs = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Resolves when the job has ended, or is found to be unknown. Aborting gives up by rejecting with its reason. */
  ended(id: string, options: { readonly mayBeMissing: boolean; readonly signal?: AbortSignal }): Promise<Ending> {
    const { mayBeMissing, signal } = options;
    return new Promise((resolve, reject) => {
      const giveUp = (): void => {
        this.#forget(id, waiter);
        reject(signal?.reason);
      };
      const over = (): void => signal?.removeEventListener("abort", giveUp);
      const waiter: Waiter = {
        mayBeMissing,
        resolve: (ending) => {
          over();
          resolve(ending);
        },
        reject: (error) => {
          over();
          reject(error);
        },
      };
      if (signal?.aborted === true) return reject(signal.reason);
      signal?.addEventListener("abort", giveUp, { once: true });
      this.#add(id, waiter);
    });
  }

  #add(id: string, waiter: Waiter): void {
    const others = this.#waiters.get(id);
    if (others === undefined) this.#waiters.set(id, [waiter]);
    else others.push(waiter);
    this.#stopListening ??= this.#store.onWake((topic) => topic === "ended" && this.#soon());
    this.#soon();
  }

  #forget(id: string, waiter: Waiter): void {
    const left = this.#waiters.get(id)?.filter((other) => other !== waiter) ?? [];
    if (left.length > 0) this.#waiters.set(id, left);
    else this.#waiters.delete(id);
    if (this.#waiters.size === 0) this.#rest();
  }

  /** Hints come in bursts: the first one counts, and a look that took long is not repeated at once. */
  #soon(): void {
    this.#pollMs = firstPollMs;
    if (this.#asking) this.#askAgain = true;
    else if (!this.#isHinted) this.#askAfter(this.#hintMs, true);
  }

  get #hintMs(): number {
    return Math.max(hintMs, this.#tookMs * 4);
  }

  #askAfter(ms: number, isHinted: boolean): void {
    this.#cancelTimer?.();
    this.#isHinted = isHinted;
    this.#cancelTimer = systemClock.after(ms, () => void this.#ask());
  }

  /** Nobody waits: nothing is left behind that could keep the process alive. */
  #rest(): void {
    this.#cancelTimer?.();
    this.#stopListening?.();
    this.#cancelTimer = undefined;
    this.#stopListening = undefined;
    this.#isHinted = false;
  }

  async #ask(): Promise<void> {
    this.#asking = true;
    this.#askAgain = false;
    this.#isHinted = false;
    const start = performance.now();
    try {
      const ids = [...this.#waiters.keys()];
      const records = await this.#store.get(ids, { brief: true });
      ids.forEach((id, index) => this.#answer(id, records[index]));
    } catch (error) {
      this.#rejectAll(error);
    }
    this.#asking = false;
    this.#tookMs = performance.now() - start;
    if (this.#waiters.size === 0) return this.#rest();
    this.#askAfter(this.#askAgain ? this.#hintMs : this.#pollMs, this.#askAgain);
    this.#pollMs = Math.min(this.#pollMs * 1.5, longestPollMs);
  }

  #answer(id: string, record: JobRecord | undefined): void {
    if (record !== undefined && !isTerminal(record.status)) return;
    const waiters = this.#waiters.get(id) ?? [];
    const answered = waiters.filter(({ mayBeMissing }) => record !== undefined || !mayBeMissing);
    const left = waiters.filter((waiter) => !answered.includes(waiter));
    if (left.length > 0) this.#waiters.set(id, left);
    else this.#waiters.delete(id);
    for (const { resolve } of answered) resolve(record);
  }

  #rejectAll(error: unknown): void {
    const all = [...this.#waiters.values()].flat();
    this.#waiters.clear();
    for (const { reject } of all) reject(error);
  }

  /** Nobody will answer any more. */
  close(reason: Error): void {
    this.#rejectAll(reason);
    this.#rest();
  }
}
