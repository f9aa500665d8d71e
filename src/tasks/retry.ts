import { toMs, type Duration } from "../base/durations.ts";
import { DependencyCleanupError } from "../dependencies/cleanup.ts";
import { backoffMs, defaultBackoff } from "./backoff.ts";
import type { TaskOptions } from "./task-options.ts";

/** Throw it in a task to fail for good, whatever its `retries`. */
export class NonRetryableError extends Error {
  override readonly name = "NonRetryableError";
}

/** Throw it in a task to be tried again no sooner than `delay`, while attempts are left. */
export class RetryAfterError extends Error {
  override readonly name = "RetryAfterError";
  readonly delayMs: number;

  /** @throws {InvalidOptionError} when `delay` is no duration. */
  constructor(delay: Duration, message = `to be tried again after ${delay}`, options?: ErrorOptions) {
    super(message, options);
    this.delayMs = toMs(delay, "RetryAfterError: delay");
  }
}

/** What follows a failed attempt. */
export type RetryDecision = { readonly retry: false } | { readonly retry: true; readonly delayMs: number };

/**
 * Decides what follows the failed attempt number `attempt` (from 1). What a task throws to say so counts more than
 * `retryIf`; a `retryIf` that itself throws counts as "no":
 * an error of the policy must not become a loop.
 */
export function decideRetry(options: TaskOptions, attempt: number, error: unknown, random: number): RetryDecision {
  const errors = errorsOf(error);
  if (attempt > (options.retries ?? 0) || errors.some((one) => one instanceof NonRetryableError)) {
    return { retry: false };
  }
  const after = errors.findLast((one) => one instanceof RetryAfterError);
  if (after !== undefined) return { retry: true, delayMs: after.delayMs };
  if (options.retryIf !== undefined && !asks(options.retryIf, errors.at(-1))) return { retry: false };
  return { retry: true, delayMs: backoffMs(options.backoff ?? defaultBackoff, attempt, random) };
}

/** The task's own error and those of its dependencies while they were closed; the last one stands. */
function errorsOf(error: unknown): readonly unknown[] {
  return error instanceof DependencyCleanupError ? error.errors : [error];
}

function asks(retryIf: (error: unknown) => boolean, error: unknown): boolean {
  try {
    return retryIf(error);
  } catch {
    return false;
  }
}
