/**
 * How often a job has been lost to crashes, and to nothing else: never, once, or more often. The last is a suspect, which
 * may be what kills its process.
 */
export type Crashes = 0 | 1 | 2;

/** Counts only where all attempts that have counted so far were lost to crashes. */
export function crashesOf(attempts: number, onlyCrashes: boolean): Crashes {
  if (!onlyCrashes || attempts === 0) return 0;
  return attempts === 1 ? 1 : 2;
}

/**
 * May a session be given a job beside those that it holds, of which the one that was lost most often was lost so often?
 * A suspect is given without others that have crashed, so that it does not take the same neighbours with it until all their
 * starts are used up.
 */
export function fitsBeside(crashes: Crashes, mostInHand: Crashes): boolean {
  if (crashes === 0) return true;
  return crashes === 1 ? mostInHand < 2 : mostInHand === 0;
}
