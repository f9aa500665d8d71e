import { aPositiveDuration, toMs, type Duration } from "../base/durations.ts";
import { checkOptions, wholeNumber } from "../base/options.ts";

/** The limits of in-process work. Nothing is unbounded. */
export interface BackgroundOptions {
  /** How many in-process tasks run at once. Default 100. */
  readonly concurrency?: number;
  /** How many may wait or run in all; the next `addTask` throws {@link OverloadedError}. Default 10,000. */
  readonly maxPending?: number;
  /** How long a task may take that says nothing of its own. Default `"10m"`. */
  readonly timeout?: Duration;
}

/** The same with defaults filled in. */
export interface BackgroundLimits {
  readonly concurrency: number;
  readonly maxPending: number;
  readonly timeoutMs: number;
}

/** @throws {InvalidOptionError} */
export function backgroundLimits(options: BackgroundOptions = {}): BackgroundLimits {
  checkOptions("background", options, {
    concurrency: wholeNumber(1),
    maxPending: wholeNumber(1),
    timeout: aPositiveDuration,
  });
  return {
    concurrency: options.concurrency ?? 100,
    maxPending: options.maxPending ?? 10_000,
    timeoutMs: toMs(options.timeout ?? "10m", "background: timeout"),
  };
}
