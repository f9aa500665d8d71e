import type { RateRule } from "../contract/new-job.ts";
import { Heap } from "./heap.ts";
import { isClaimedBefore } from "./order.ts";
import type { StoredJob } from "./stored-job.ts";

/** Lets so many jobs of one key through in any window of time. */
export class RateGate {
  readonly key: string;
  readonly waiters: Heap<StoredJob> = new Heap<StoredJob>(isClaimedBefore);
  limit: number;
  perMs: number;
  /** Let through and not claimed yet. They will start in some window, so they count in all of them. */
  outstanding = 0;
  /** How many jobs that have not ended bear the key. */
  jobs = 0;
  /** When something is to be done about it: a waiter let through, or the gate forgotten. */
  lookAt = 0;
  #starts: number[] = [];

  constructor(rule: RateRule) {
    this.key = rule.key;
    this.limit = rule.limit;
    this.perMs = rule.perMs;
  }

  hasRoom(now: number): boolean {
    return this.#within(now).length + this.outstanding < this.limit;
  }

  noteStart(now: number): void {
    this.outstanding -= 1;
    this.#starts.push(now);
  }

  /** When enough starts will have left the window for one more, or long ago; `undefined` when time changes nothing. */
  opensAt(): number | undefined {
    const over = this.#starts.length + this.outstanding - this.limit;
    if (over < 0) return Number.NEGATIVE_INFINITY;
    const leaving = this.#starts[over];
    return leaving === undefined ? undefined : leaving + this.perMs;
  }

  /** When its last start will have left the window. */
  clearAt(): number {
    return (this.#starts.at(-1) ?? Number.NEGATIVE_INFINITY) + this.perMs;
  }

  #within(now: number): readonly number[] {
    const first = this.#starts.findIndex((start) => start > now - this.perMs);
    if (first !== 0) this.#starts = first === -1 ? [] : this.#starts.slice(first);
    return this.#starts;
  }
}
