import type { CrashPolicy } from "./new-job.ts";

/** A job that is lost only to crashes is started this often, so that a neighbour's poison does not fail it. */
const startsOfTheInnocent = 3;

/** Jobs that were lost together twice come back this far apart at most: time enough for most of them to end. */
const longestSpacingMs = 1_000;

/** What a store needs to know of the attempt whose worker has vanished. */
export interface Crash {
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** Were all attempts before it lost to crashes as well? */
  readonly onlyCrashes: boolean;
  /** How many jobs have been taken back before it, in the same sweep. */
  readonly place: number;
}

/**
 * The wait before the next attempt of a job whose worker has vanished, in milliseconds; `undefined`: it has failed. Those
 * that are lost once more come back one after the other, so that the one which kills its process does not take the same
 * neighbours with it until all their starts are used up.
 */
export function afterCrash(policy: CrashPolicy, crash: Crash): number | undefined {
  const { onCrash, maxAttempts, delayMs, growing, maxDelayMs } = policy;
  if (onCrash === "fail") return undefined;
  const most = crash.onlyCrashes ? Math.max(maxAttempts, startsOfTheInnocent) : maxAttempts;
  if (crash.attempt >= most) return undefined;
  const waitMs = Math.min(growing ? delayMs * 2 ** (crash.attempt - 1) : delayMs, maxDelayMs);
  const isSuspect = crash.onlyCrashes && crash.attempt > 1;
  return isSuspect ? waitMs + crash.place * Math.min(waitMs, longestSpacingMs) : waitMs;
}

/** The error that a lost attempt leaves behind. */
export function crashError(worker: string): { readonly name: string; readonly message: string } {
  return { name: "WorkerLostError", message: `the worker ${worker} vanished while it ran the job` };
}
