/** Short jobs are fetched ahead, as many as are done in this time. */
const aheadMs = 5;
/** Without an end of a job for this long, those that run are no short ones. */
const freshMs = 20;

/**
 * How many jobs to fetch beyond the free slots. What is fetched ahead can't be overtaken by what is more urgent, nor be run
 * by another worker, so only as much is as is started almost at once.
 */
export class Prefetch {
  readonly #concurrency: number;
  readonly #mostAhead: number;
  /** A moving average of how long jobs take, in milliseconds. */
  #averageMs: number | undefined;
  #lastEnd = Number.NEGATIVE_INFINITY;

  constructor(concurrency: number, mostAhead: number) {
    this.#concurrency = concurrency;
    this.#mostAhead = mostAhead;
  }

  /** A job has ended, at a time by the monotonic clock, and has taken this long. */
  ended(now: number, tookMs: number): void {
    this.#lastEnd = now;
    this.#averageMs = this.#averageMs === undefined ? tookMs : this.#averageMs * 0.95 + tookMs * 0.05;
  }

  /** How many to fetch ahead at this time. */
  ahead(now: number): number {
    if (this.#averageMs === undefined || now - this.#lastEnd > freshMs) return 0;
    const done = (aheadMs / Math.max(this.#averageMs, 0.001)) * this.#concurrency;
    return done < 1 ? 0 : Math.min(this.#mostAhead, Math.floor(done));
  }
}
