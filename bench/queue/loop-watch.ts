/**
 * For how long the event loop keeps what comes waiting. A timer of 1 ms notes the distances between its firings. Each is
 * weighted with its length: a moment is more likely to fall into a long one, and waits there for what is left of it. So
 * nothing hides between samples: the wait at p99 is the least that one in a hundred of all moments has to wait. It counts
 * the timer's own millisecond in.
 */
export class LoopWatch {
  readonly #gapsMs: number[] = [];
  #last = performance.now();
  #timer: NodeJS.Timeout | undefined;

  start(): void {
    this.#last = performance.now();
    this.#arm();
  }

  /** The waits that were found. */
  stop(): { readonly loopP50Ms: number; readonly loopP99Ms: number; readonly loopMaxMs: number } {
    clearTimeout(this.#timer);
    this.#note();
    const gaps = this.#gapsMs.toSorted((a, b) => b - a);
    return { loopP50Ms: waitMs(gaps, 0.5), loopP99Ms: waitMs(gaps, 0.99), loopMaxMs: gaps[0] ?? Number.NaN };
  }

  #arm(): void {
    this.#timer = setTimeout(() => {
      this.#note();
      this.#arm();
    }, 1);
  }

  #note(): void {
    const now = performance.now();
    this.#gapsMs.push(now - this.#last);
    this.#last = now;
  }
}

/** The wait that a fraction of all moments stays below, of gaps with the longest first. */
function waitMs(gaps: readonly number[], fraction: number): number {
  const tail = (1 - fraction) * gaps.reduce((sum, gap) => sum + gap, 0);
  let sum = 0;
  for (const [index, gap] of gaps.entries()) {
    sum += gap;
    const wait = (sum - tail) / (index + 1);
    if (wait >= (gaps[index + 1] ?? 0)) return wait;
  }
  return Number.NaN;
}
