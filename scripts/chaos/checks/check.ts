import type { Evidence } from "../evidence.ts";

/** One thing that has to be true of a trial. Each text is a violation, with what shows it. */
export type Check = (evidence: Evidence) => readonly string[];
