/**
 * How much a finding matters. `hint`: could be better; `warning`: will hurt, sooner or later; `problem`: jobs are not stored,
 * not run, or not safe.
 */
export type FindingLevel = "ok" | "hint" | "warning" | "problem";

/** What one check of a store has found. A check may find several things. */
export interface Finding {
  /** The name of the check, which stays the same: `dead-rows`. */
  readonly check: string;
  readonly level: FindingLevel;
  /** What was seen. */
  readonly seen: string;
  /** What to do about it; absent where all is well. */
  readonly remedy?: string;
}
