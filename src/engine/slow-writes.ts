/** A write that takes longer waits for somebody, as a rule: others need not wait as well. */
const slowMs = 100;

/** So many are left to themselves at a time, for each keeps a connection to the store busy. */
const mostSlow = 4;

type Keys = ReadonlySet<string>;

/** Writes that take long, presumably because somebody's open transaction holds one of their unique keys. */
export class SlowWrites {
  readonly #keys = new Map<Promise<void>, Keys>();
  readonly #onEnd: (keys: Keys) => void;

  /** `onEnd` is called when a slow write has ended. */
  constructor(onEnd: (keys: Keys) => void) {
    this.#onEnd = onEnd;
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  /** The keys that slow writes wait for, or may. */
  get keys(): Keys {
    return new Set([...this.#keys.values()].flatMap((keys) => [...keys]));
  }

  /** Resolves with the write, or as soon as it is slow, unless there are too many of these. The write never rejects. */
  async outlast(write: Promise<void>, keys: Keys): Promise<void> {
    if (!(await isSlow(write)) || this.#keys.size >= mostSlow) return write;
    const whole = write.then(() => {
      this.#keys.delete(whole);
      this.#onEnd(keys);
    });
    this.#keys.set(whole, keys);
  }

  /** Resolves when those that are slow now have ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#keys.keys());
  }
}

async function isSlow(write: Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(true), slowMs);
  const slow = await Promise.race([write.then(() => false), late]);
  clearTimeout(timer);
  return slow;
}
