import type { JobDetails } from "afterwork";

import type { Expected } from "../ledger.ts";
import type { Returned } from "../recorded.ts";
import type { Check } from "./check.ts";

const terminal = new Set(["succeeded", "failed", "cancelled", "expired"]);

/** Every job that was acknowledged is there and has ended as it was to end. */
export const outcomes: Check = ({ entries, find }) => {
  const cancelled = new Set(entries.flatMap((entry) => (entry.what === "cancelled" ? [entry.id] : [])));
  return entries.flatMap((entry) => {
    if (entry.what !== "acknowledged") return [];
    const { id, kind, expected } = entry;
    const job = find(id);
    if (job === undefined) return [`${kind} ${id} was acknowledged and is lost`];
    if (cancelled.has(id)) return job.status === "cancelled" ? [] : [`${id} was cancelled, and is ${job.status}`];
    const fault = faultOf(job, expected);
    return fault === undefined ? [] : [`${kind} ${id}: ${fault}`];
  });
};

/** Nothing is left in the store that has not ended, acknowledged or not. */
export const leftovers: Check = ({ jobs }) =>
  [...jobs.values()].flatMap(({ id, task, status, attempt }) =>
    terminal.has(status) ? [] : [`${task} ${id} is still ${status}, at attempt ${attempt}`],
  );

function faultOf(job: JobDetails, { status, value }: Expected): string | undefined {
  if (status !== "either" && job.status !== status) {
    return `it was to be ${status}, and is ${job.status}: ${job.error?.message ?? "no error"}`;
  }
  if (job.status === "failed" && status === "either" && job.failures.at(-1)?.crashed !== true) {
    return `it failed, though not by a crash: ${job.error?.message}`;
  }
  if (job.status !== "succeeded" || value === undefined) return undefined;
  const returned = job.result as Returned | undefined;
  return returned?.value === value ? undefined : `its result was to be ${value}, and is ${returned?.value}`;
}
