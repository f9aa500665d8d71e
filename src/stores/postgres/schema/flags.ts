/** What of a job has to be seen to on its way, as bits. A job with none of the first ones goes straight through. */
export const flag = {
  concurrency: 1,
  rate: 2,
  /** It holds a unique key until it ends. */
  unique: 4,
  expires: 8,
  /** It has parents. */
  child: 16,
  /** It has a row in `course`. */
  course: 32,
  /** All its attempts so far, and there were some, have been lost to crashes. */
  crashed: 64,
  /** The same, and there were at least two. */
  suspect: 128,
  /** It has steps to load. */
  steps: 256,
  /** Its first crash fails it. */
  failsOnCrash: 512,
  /** The wait after a crash doubles with every attempt. */
  growing: 1024,
} as const;

/** A job of these is started at once, never prefetched. */
export const keyed: number = flag.concurrency | flag.rate;

/** What has to be seen to when a job ends that has succeeded. */
export const seenToAtEnd: number = flag.concurrency | flag.rate | flag.unique;

/** What is told anew each time a job is put somewhere. */
export const passing: number = flag.course | flag.crashed | flag.suspect | flag.steps;

/**
 * Where in its queue a ready job stands: apart from others, so that what can't be taken is in nobody's way. The first three
 * with a key are one further. Of plain jobs, as nearly all are, and of those with a permit, nothing has to be seen to when
 * they are claimed.
 */
export const lane = { plain: 0, permitted: 1, crashedOnce: 2, suspect: 4, expiring: 6, rated: 7 } as const;

/** All of them, for what may stand in any. */
export const everyLane = "0, 1, 2, 3, 4, 5, 6, 7";

/** How jobs end, by the numbers under which that is stored. */
export const end = { succeeded: 0, failed: 1, cancelled: 2, expired: 3 } as const;
