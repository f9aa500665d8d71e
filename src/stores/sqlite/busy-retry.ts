/** The longest wait between two tries, in milliseconds. */
const longestWaitMs = 20;

/** When to try again while somebody else holds the lock, and when to give up. */
export class BusyRetry {
  readonly #patienceMs: number;
  #since: number | undefined;
  #tries = 0;

  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** The lock was free. */
  over(): void {
    this.#since = undefined;
    this.#tries = 0;
  }

  /** Those that have waited long enough for the lock. */
  givenUp<Waiting extends { readonly queuedAt: number }>(waiting: readonly Waiting[]): ReadonlySet<Waiting> {
    const now = performance.now();
    const since = (this.#since ??= now);
    return new Set(waiting.filter(({ queuedAt }) => now - Math.max(since, queuedAt) >= this.#patienceMs));
  }

  /** Grows with every try, and differs, so that two processes don't meet again and again. */
  nextWaitMs(): number {
    this.#tries += 1;
    return 1 + Math.random() * Math.min(longestWaitMs, 2 * this.#tries);
  }
}
