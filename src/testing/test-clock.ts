import type { Clock } from "../base/clock.ts";
import { toMs, type Duration } from "../base/durations.ts";

interface Timer {
  readonly at: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go on: for `memory({ clock })`, `sqlite(path, { clock })` and an engine. */
export class TestClock implements Clock {
  #now: number;
  #timers: Timer[] = [];

  /** `start`: a date or milliseconds since the epoch; default: now. */
  constructor(start: Date | number = Date.now()) {
    this.#now = Number(start);
  }

  now(): number {
    return this.#now;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { at: this.#now + ms, callback };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  /** How many callbacks are due some time. */
  get waiting(): number {
    return this.#timers.length;
  }

  /** Goes on by so much, calling what becomes due on the way in the order of time, each at its own time. */
  advance(duration: Duration): void {
    const end = this.#now + toMs(duration, "clock.advance");
    for (let next = this.#nextBefore(end); next !== undefined; next = this.#nextBefore(end)) {
      this.#now = Math.max(this.#now, next.at);
      this.#timers = this.#timers.filter((timer) => timer !== next);
      next.callback();
    }
    this.#now = end;
  }

  #nextBefore(end: number): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) if (timer.at <= end && (next === undefined || timer.at < next.at)) next = timer;
    return next;
  }
}
