import { aPositiveDuration, toMs, type Duration } from "../base/durations.ts";
import { checkOptions, expected, isPlainObject, oneOf, type OptionRule } from "../base/options.ts";

/** How long to wait before the next attempt: always the same, or growing. */
export type Backoff = Duration | BackoffOptions;

/** The long form of a {@link Backoff}. */
export interface BackoffOptions {
  /** `exponential` doubles with every attempt. */
  readonly type: "fixed" | "exponential";
  /** The first wait. */
  readonly delay: Duration;
  /** The longest wait. Default `"1h"`, or `delay` where that is longer. */
  readonly maxDelay?: Duration;
  /** The part of a wait that is random, from 0 to 1, so that failures do not come back in step. Default 0.2. */
  readonly jitter?: number;
}

/** What a task without `backoff` has: 1 s, 2 s, 4 s, …, up to an hour. */
export const defaultBackoff: BackoffOptions = { type: "exponential", delay: "1s" };

const hourMs = 3_600_000;

const fraction: OptionRule = {
  expected: "a number from 0 to 1",
  accepts: (value) => typeof value === "number" && value >= 0 && value <= 1,
};

/** @throws {InvalidOptionError} */
export function checkBackoff(owner: string, backoff: Backoff): void {
  if (!isPlainObject(backoff)) {
    if (!aPositiveDuration.accepts(backoff)) throw expected(`${owner}: backoff`, aPositiveDuration.expected, backoff);
    return;
  }
  checkOptions(`${owner}: backoff`, backoff, {
    type: oneOf("fixed", "exponential"),
    delay: aPositiveDuration,
    maxDelay: aPositiveDuration,
    jitter: fraction,
  });
  if (backoff.type === undefined) throw expected(`${owner}: backoff.type`, '"fixed" or "exponential"', undefined);
  if (backoff.delay === undefined) throw expected(`${owner}: backoff.delay`, aPositiveDuration.expected, undefined);
}

/** The wait after the failed attempt number `attempt` (from 1), in milliseconds. `random` is in [0, 1). */
export function backoffMs(backoff: Backoff, attempt: number, random: number): number {
  const options = typeof backoff === "object" ? backoff : ({ type: "fixed", delay: backoff } as const);
  const first = toMs(options.delay, "backoff.delay");
  const growing = options.type === "exponential" ? first * 2 ** (attempt - 1) : first;
  const longest = options.maxDelay === undefined ? Math.max(first, hourMs) : toMs(options.maxDelay, "backoff.maxDelay");
  const bounded = Math.min(growing, longest);
  const jitter = options.jitter ?? (typeof backoff === "object" ? 0.2 : 0);
  return bounded * (1 - jitter * random);
}
