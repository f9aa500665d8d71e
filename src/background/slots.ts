import type { Clock } from "../base/clock.ts";

/** A number of places of which never more are taken. First come, first served. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(limit: number) {
    this.#free = limit;
  }

  /** Takes a place if one is free. */
  tryTake(): boolean {
    if (this.#free === 0) return false;
    this.#free -= 1;
    return true;
  }

  /** Resolves when a place has been taken. */
  take(): Promise<void> {
    if (this.tryTake()) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Gives a place back, to the one who has waited longest. */
  give(): undefined {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
    return undefined;
  }
}

/** One place that somebody has taken and gives back once. */
export class SlotHold {
  readonly #slots: Slots;
  readonly #clock: Clock;
  #held = true;

  constructor(slots: Slots, clock: Clock) {
    this.#slots = slots;
    this.#clock = clock;
  }

  release(): void {
    if (this.#held) this.#slots.give();
    this.#held = false;
  }

  /** Work that was told to stop keeps its place until it has stopped, or the grace has passed. */
  releaseAfter(work: PromiseLike<unknown>, graceMs: number): void {
    const cancel = this.#clock.after(graceMs, () => this.release());
    const over = (): void => {
      cancel();
      this.release();
    };
    work.then(over, over);
  }
}
