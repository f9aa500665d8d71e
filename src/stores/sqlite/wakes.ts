import type { WakeTopic } from "../contract/store.ts";

/** How often others are asked for news while somebody listens here. The question costs some microseconds. */
const pollMs = 25;

/** Those who want to know that something may be new, here and in other processes. */
export class Wakes {
  readonly #listeners = new Set<(topic: WakeTopic) => void>();
  readonly #readOthers: () => readonly WakeTopic[];
  #timer: NodeJS.Timeout | undefined;

  /** `readOthers` looks at what other connections have written since it was last asked. */
  constructor(readOthers: () => readonly WakeTopic[]) {
    this.#readOthers = readOthers;
  }

  /** The function returned ends it. */
  listen(listener: (topic: WakeTopic) => void): () => void {
    const own = (topic: WakeTopic): void => listener(topic);
    this.#listeners.add(own);
    this.#timer ??= setInterval(() => this.#poll(), pollMs).unref();
    return () => {
      this.#listeners.delete(own);
      if (this.#listeners.size === 0) this.#stop();
    };
  }

  tell(topic: WakeTopic): void {
    for (const listener of this.#listeners) {
      try {
        listener(topic);
      } catch {
        // A hint is never needed, so whoever fails to take it must not disturb the call that gave it.
      }
    }
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#listeners.clear();
    this.#stop();
  }

  #poll(): void {
    for (const topic of this.#readOthers()) this.tell(topic);
  }

  #stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
