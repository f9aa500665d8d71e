import type { Estimate } from "./statistics.ts";

export type Verdict =
  | "holds"
  | "missed"
  | "holds, but within the noise"
  | "missed, but within the noise"
  | "not measured";

/** What a measured value has to reach, or with `below` not to exceed. */
export interface Bound {
  readonly bound: number;
  readonly below: boolean;
}

/** Judges by the median, and says so where the 95 % interval leaves it open. */
export function judge({ bound, below }: Bound, measured: Estimate | undefined): Verdict {
  if (measured === undefined) return "not measured";
  const verdict = below === measured.median <= bound ? "holds" : "missed";
  const [low, high] = measured.interval;
  return low <= bound && bound <= high ? `${verdict}, but within the noise` : verdict;
}
