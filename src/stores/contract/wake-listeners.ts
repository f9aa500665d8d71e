import type { WakeTopic } from "./store.ts";

/** Those in this process who want to know that something may be new. */
export class WakeListeners {
  readonly #listeners = new Set<(topic: WakeTopic) => void>();

  /** Does nobody listen? */
  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  /** The function returned ends it. The same listener may be added more than once. */
  add(listener: (topic: WakeTopic) => void): () => void {
    const own = (topic: WakeTopic): void => listener(topic);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
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

  /** Nobody is told anything any more, unless they are added again. */
  clear(): void {
    this.#listeners.clear();
  }
}
