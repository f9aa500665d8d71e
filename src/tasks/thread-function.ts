import type { Duration } from "../base/durations.ts";

/** The member of a {@link ThreadFunction} by which whoever runs work recognises it and runs it under its own limits. */
export const threadWork: unique symbol = Symbol("afterwork.threadWork");

/**
 * A function that runs in a worker thread. Called directly it is awaited like any other; as work it is added like any
 * other. Arguments and result are structured clones: a class instance arrives as a plain object, a `Buffer` as a
 * `Uint8Array`.
 */
export interface ThreadFunction<Args extends readonly unknown[], Result> {
  (...args: Args): Promise<Result>;
  /**
   * The same function under options of its own; what is left out is kept from before.
   *
   * @throws {InvalidOptionError} for an unknown option or a wrong value.
   */
  with(options: ThreadCallOptions): ThreadFunction<Args, Result>;
  readonly [threadWork]: ThreadWork<Args, Result>;
}

/** What can be said for the calls of one thread function. */
export interface ThreadCallOptions {
  /** Ends the thread when the call has run this long; time in the queue does not count. */
  readonly timeout?: Duration;
  /** Ends the thread, or takes the call out of the queue, and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A thread function as a runner sees it. */
export interface ThreadWork<Args extends readonly unknown[], Result> {
  /** What logs show: the module's file name without its extension, and the export, as in `image-tasks.compress`. */
  readonly name: string;
  /** One call. These limits stand beside those of `with`: either signal aborts, and the shorter timeout counts. */
  run(args: Args, limits: ThreadLimits): Promise<Result>;
}

/** The limits of one call. */
export interface ThreadLimits {
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/** Is it a function of a `threads` module? */
export function isThreadFunction(value: unknown): value is ThreadFunction<readonly unknown[], unknown> {
  return typeof value === "function" && threadWork in value;
}
