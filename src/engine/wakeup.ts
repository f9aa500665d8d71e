import { systemClock } from "../base/clock.ts";
import type { Clock } from "../base/clock.ts";

/** Something to wait for that may have happened already. */
export class Wakeup {
  #raised = false;
  #waiting: (() => void) | undefined;

  /** Wakes who waits, or the next one who will. */
  raise(): void {
    this.#raised = true;
    this.#waiting?.();
  }

  /** Resolves when it is raised, or after a time; takes the signal back. One waits at a time. */
  wait(ms?: number, clock: Clock = systemClock): Promise<void> {
    return new Promise((resolve) => {
      const cancel = ms === undefined || this.#raised ? () => {} : clock.after(ms, () => wake());
      const wake = (): void => {
        cancel();
        this.#raised = false;
        this.#waiting = undefined;
        resolve();
      };
      if (this.#raised) wake();
      else this.#waiting = wake;
    });
  }
}
