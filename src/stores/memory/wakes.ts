import type { WakeTopic } from "../contract/store.ts";

/** The hints of one process. Those of a transition are noted while it happens and told when it has happened. */
export class Wakes {
  readonly #listeners = new Set<(topic: WakeTopic) => void>();
  #noted = new Set<WakeTopic>();

  /** The function returned ends it. */
  listen(listener: (topic: WakeTopic) => void): () => void {
    const own = (topic: WakeTopic): void => listener(topic);
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  note(topic: WakeTopic): void {
    this.#noted.add(topic);
  }

  /** Forgets a hint: who claims needs not be told that there is something to claim. */
  drop(topic: WakeTopic): void {
    this.#noted.delete(topic);
  }

  /** Tells what was noted. */
  flush(): void {
    if (this.#noted.size === 0) return;
    const noted = this.#noted;
    this.#noted = new Set();
    for (const topic of noted) this.tell(topic);
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
  }
}
