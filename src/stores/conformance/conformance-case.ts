import type { Capabilities } from "../contract/store.ts";
import type { Trial } from "./trial.ts";

/** Cases about one thing. */
export interface ConformanceArea {
  readonly name: string;
  readonly cases: readonly ConformanceCase[];
}

/** One sentence that is true of every store. */
export interface ConformanceCase {
  readonly name: string;
  /** What a store must be able to do for the case to make sense. */
  readonly needs?: Need;
  /** Throws an `AssertionError` where the sentence is not true. */
  run(trial: Trial): Promise<void>;
}

/** A capability that not every store has, and how its absence is told. */
export interface Need {
  readonly of: (capabilities: Capabilities) => boolean;
  readonly otherwise: string;
}

/** The time can be held still: for cases that are about single milliseconds. */
export const settableClock: Need = {
  of: ({ clock }) => clock === "settable",
  otherwise: "its clock can't be held still",
};

/** Jobs can be inserted in a transaction of the user. */
export const userTransactions: Need = { of: ({ tx }) => tx, otherwise: "it has no transactions of the user" };
