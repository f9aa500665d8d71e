import type { JobDetails } from "afterwork";

import type { Evidence } from "../evidence.ts";
import type { Returned } from "../recorded.ts";
import type { Check } from "./check.ts";

/** Only one completion of a job has an effect, and it is the one whose result is stored. */
export const completions: Check = (evidence) => {
  const wins = winsOf(evidence);
  return [...evidence.jobs.values()].flatMap((job) => {
    const own = wins.get(job.id) ?? [];
    const faults: string[] = [];
    if (own.length > 1) faults.push(`${job.id} was completed by the attempts ${own.join(" and ")}`);
    if (job.status !== "succeeded") {
      if (own.length > 0) faults.push(`${job.id} was completed by attempt ${own[0]}, and is ${job.status}`);
      return faults;
    }
    if (own[0] !== undefined && own[0] !== job.attempt) {
      faults.push(`${job.id} was completed by attempt ${own[0]}, and its result is of attempt ${job.attempt}`);
    }
    const fault = faultOfResult(job, evidence);
    return fault === undefined ? faults : [...faults, fault];
  });
};

/** Which attempts a worker was told of that they count. */
function winsOf({ entries }: Evidence): ReadonlyMap<string, readonly number[]> {
  const wins = new Map<string, number[]>();
  for (const entry of entries) {
    if (entry.what === "won") wins.set(entry.id, [...(wins.get(entry.id) ?? []), entry.attempt]);
  }
  return wins;
}

function faultOfResult({ id, task, result, attempt }: JobDetails, { executions }: Evidence): string | undefined {
  const { run = "none" } = (result ?? {}) as Partial<Returned>;
  const execution = executions.get(run);
  if (execution === undefined) return `${task} ${id} has the result of the execution ${run}, which nobody knows`;
  if (execution.id !== id) return `${task} ${id} has a result of the job ${execution.id}`;
  if (execution.ended?.how !== "returned") return `${task} ${id} has the result of ${run}, which did not return`;
  if (execution.attempt !== attempt)
    return `${task} ${id} has a result of attempt ${execution.attempt}, not ${attempt}`;
  return undefined;
}

/** After its end a job is not run again, but for an execution that had been lost before it began. */
export const lateRuns: Check = ({ jobs, executions }) =>
  [...executions.values()].flatMap(({ id, run, at, attempt }) => {
    const job = jobs.get(id);
    const finishedAt = job?.finishedAt?.getTime() ?? Number.POSITIVE_INFINITY;
    const wasLost = job?.failures.some((failure) => failure.attempt === attempt && failure.crashed) ?? false;
    return at > finishedAt && !wasLost ? [`${id} ended at ${finishedAt}, and ${run} began at ${at}`] : [];
  });
