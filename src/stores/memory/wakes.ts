import type { WakeTopic } from "../contract/store.ts";
import { WakeListeners } from "../contract/wake-listeners.ts";

/** The hints of one process. Those of a transition are noted while it happens and told when it has happened. */
export class Wakes {
  readonly #listeners = new WakeListeners();
  #noted = new Set<WakeTopic>();

  /** The function returned ends it. */
  listen(listener: (topic: WakeTopic) => void): () => void {
    return this.#listeners.add(listener);
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
    this.#listeners.tell(topic);
  }

  /** Nobody is told anything any more. */
  close(): void {
    this.#listeners.clear();
  }
}
