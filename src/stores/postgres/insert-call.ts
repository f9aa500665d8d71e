import type { NewJob } from "../contract/new-job.ts";
import { isPlain } from "../contract/plain-job.ts";
import type { Value } from "./client/database.ts";
import { isKeyed, keyedParameters, plainParameters } from "./plain-jobs.ts";

/** Which function stores some jobs, and with which values; who is to be told comes after these. */
export interface InsertCall {
  readonly call: "insert_plain" | "insert_keyed" | "insert_jobs";
  readonly values: readonly Value[];
}

/** The function that takes the fewest steps for such jobs. */
export function insertCall(jobs: readonly NewJob[]): InsertCall {
  if (jobs.every(isPlain)) return { call: "insert_plain", values: plainParameters(jobs) };
  if (jobs.every(isKeyed)) return { call: "insert_keyed", values: keyedParameters(jobs) };
  return { call: "insert_jobs", values: [JSON.stringify(jobs)] };
}
