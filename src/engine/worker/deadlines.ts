import type { Clock } from "../../base/clock.ts";

/** Something whose time may run out. */
export interface Timed {
  /** By the clock. */
  readonly startedAt: number;
  readonly timeoutMs: number;
  /** Set here. */
  deadline: number;
  expire(): void;
}

/** Watches the deadlines of what is still running when a turn of the event loop ends: most jobs never come here. */
export class Deadlines<Item extends Timed> {
  readonly #clock: Clock;
  readonly #isRunning: (item: Item) => boolean;
  readonly #watched = new Set<Item>();
  #fresh: Item[] = [];
  #next = Number.POSITIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, isRunning: (item: Item) => boolean) {
    this.#clock = clock;
    this.#isRunning = isRunning;
  }

  add(item: Item): void {
    if (this.#fresh.length === 0) setImmediate(() => this.#sort());
    this.#fresh.push(item);
  }

  delete(item: Item): void {
    this.#watched.delete(item);
  }

  #sort(): void {
    const fresh = this.#fresh;
    this.#fresh = [];
    const now = this.#clock.now();
    for (const item of fresh) {
      if (!this.#isRunning(item)) continue;
      item.deadline = item.startedAt + item.timeoutMs;
      this.#watched.add(item);
      if (item.deadline < this.#next) this.#arm(item.deadline, now);
    }
  }

  #arm(deadline: number, now: number): void {
    this.#cancelTimer?.();
    this.#next = deadline;
    this.#cancelTimer = this.#clock.after(Math.max(0, deadline - now), () => this.#check());
  }

  #check(): void {
    this.#next = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    let next = Number.POSITIVE_INFINITY;
    for (const item of this.#watched) {
      if (item.deadline <= now) {
        this.#watched.delete(item);
        item.expire();
      } else next = Math.min(next, item.deadline);
    }
    if (next < Number.POSITIVE_INFINITY) this.#arm(next, now);
  }

  /** Nothing is watched any longer. */
  clear(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#next = Number.POSITIVE_INFINITY;
    this.#watched.clear();
    this.#fresh = [];
  }
}
