import type { Log } from "../base/log.ts";

/** Longer than this, and requests notice. */
const blockMs = 50;
/** One line a minute and name: a warning is to be read, not to fill the disk. */
const quietMs = 60_000;

/** Notices work that keeps the event loop from everybody else. */
export class BlockWatch {
  readonly #log: Log;
  readonly #warnedAt = new Map<string, number>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Warns when the synchronous part of a call took long that began at `start`, by `performance.now()`. */
  check(name: string, start: number): void {
    const now = performance.now();
    if (now - start > blockMs) this.#warn(name, now - start, now);
  }

  #warn(name: string, tookMs: number, now: number): void {
    const before = this.#warnedAt.get(name);
    if (before !== undefined && now - before < quietMs) return;
    this.#warnedAt.set(name, now);
    const ms = Math.round(tookMs);
    this.#log.warn(
      `the background task ${name} blocked the event loop for ${ms} ms; move it into a thread: ` +
        `threads<typeof import("./module.ts")>(new URL("./module.ts", import.meta.url))`,
      { task: name, ms },
    );
  }
}
