import { type Crashes, crashesOf } from "../contract/suspects.ts";

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
  /** The same: it has been lost to crashes only, once. */
  crashed: 64,
  /** The same: it has been lost to crashes only, more often. */
  suspect: 128,
} as const;

/** A job of these is started at once, never prefetched. */
export const keyed: number = flag.concurrency | flag.rate;

/** A job of these has been lost to crashes, and to nothing else. */
export const lostToCrashes: number = flag.crashed | flag.suspect;

/** What is said only beside where a job stands. */
export const passing: number = flag.course | lostToCrashes;

/** All bits of a job `j` whose course, if it has one, is `c`: a text for statements. */
export const selectFlags: string = `j.flags | iif(c.seq is null, 0, ${flag.course})
    | iif(c.only_crashes = 1 and c.attempts > 0, iif(c.attempts = 1, ${flag.crashed}, ${flag.suspect}), 0)`;

/** The bits of a job whose course has just been written. */
export function flagsAfter({
  flags,
  attempts,
  onlyCrashes,
}: Record<"flags" | "attempts" | "onlyCrashes", number>): number {
  const bits = [0, flag.crashed, flag.suspect][crashesOf(attempts, onlyCrashes === 1)] ?? 0;
  return (flags & ~passing) | flag.course | bits;
}

/** How often a job with these bits has been lost to crashes. */
export function crashesIn(flags: number): Crashes {
  if ((flags & flag.suspect) !== 0) return 2;
  return (flags & flag.crashed) === 0 ? 0 : 1;
}
