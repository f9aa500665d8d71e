import type { CrashPolicy } from "./new-job.ts";

/** A job that is lost only to crashes is started this often, so that a neighbour's poison does not fail it. */
const startsOfTheInnocent = 3;

/** What a store needs to know of the attempt whose worker has vanished. */
export interface Crash {
  /** The number of the attempt, from 1. */
  readonly attempt: number;
  /** Were all attempts before it lost to crashes as well? */
  readonly onlyCrashes: boolean;
}

/** The wait before the next attempt of a job whose worker has vanished, in milliseconds; `undefined`: it has failed. */
export function afterCrash(policy: CrashPolicy, crash: Crash): number | undefined {
  const { onCrash, maxAttempts, delayMs, growing, maxDelayMs } = policy;
  if (onCrash === "fail") return undefined;
  const most = crash.onlyCrashes ? Math.max(maxAttempts, startsOfTheInnocent) : maxAttempts;
  if (crash.attempt >= most) return undefined;
  return Math.min(growing ? delayMs * 2 ** (crash.attempt - 1) : delayMs, maxDelayMs);
}

/** The error that a lost attempt leaves behind. */
export function crashError(worker: string): { readonly name: string; readonly message: string } {
  return { name: "WorkerLostError", message: `the worker ${worker} vanished while it ran the job` };
}
