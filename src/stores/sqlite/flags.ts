/** What of a job has to be seen to on its way, as bits: a job with none of them goes straight through. */
export const flag = {
  concurrency: 1,
  rate: 2,
  /** It holds a unique key until it ends. */
  unique: 4,
  expires: 8,
  /** It has parents. */
  child: 16,
  /** Only beside where it stands: it has a row in `course`. */
  course: 32,
} as const;

/** A job of these is started at once, never prefetched. */
export const keyed: number = flag.concurrency | flag.rate;
