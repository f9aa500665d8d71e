import type { WakeTopic } from "../contract/store.ts";
import { WakeListeners } from "../contract/wake-listeners.ts";

/** How often others are asked for news while somebody listens here. The question costs some microseconds. */
const pollMs = 25;

/** Those who want to know that something may be new, here and in other processes. */
export class Wakes {
  readonly #listeners = new WakeListeners();
  readonly #readOthers: () => readonly WakeTopic[];
  #timer: NodeJS.Timeout | undefined;

  /** `readOthers` looks at what other connections have written since it was last asked. */
  constructor(readOthers: () => readonly WakeTopic[]) {
    this.#readOthers = readOthers;
  }

  /** The function returned ends it. */
  listen(listener: (topic: WakeTopic) => void): () => void {
    const remove = this.#listeners.add(listener);
    this.#timer ??= setInterval(() => this.#poll(), pollMs).unref();
    return () => {
      remove();
      if (this.#listeners.isEmpty) this.#stop();
    };
  }

  tell(topic: WakeTopic): void {
    this.#listeners.tell(topic);
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
