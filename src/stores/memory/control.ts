import { endWaiting, settleIn } from "./endings.ts";
import { leaveFamily } from "./family.ts";
import { keptUntil, type State } from "./state.ts";
import type { StoredJob } from "./stored-job.ts";

/** How many jobs are forgotten between two looks at the time. */
const prunedAtOnce = 100;

/** Ends what does not run, and asks what runs to stop. */
export function cancelOne(state: State, id: string, now: number): "cancelled" | "requested" | "terminal" | "unknown" {
  const job = state.jobs.find(id);
  if (job === undefined) return "unknown";
  if (job.ended) return "terminal";
  if (job.place !== "held") {
    endWaiting(state, job, { status: "cancelled" }, now);
    return "cancelled";
  }
  job.cancelRequested = true;
  state.wakes.note("control");
  return "requested";
}

/** Brings back a job that has ended and not succeeded, and the children that ended because of it. */
export function retryOne(
  state: State,
  id: string,
  now: number,
): "retried" | "conflict" | "parent" | "active" | "succeeded" | "unknown" {
  const job = state.jobs.find(id);
  if (job === undefined) return "unknown";
  if (!job.ended) return "active";
  if (job.place === "succeeded") return "succeeded";
  if (job.endedBy !== undefined || hasLostParent(job)) return "parent";
  if (!state.keys.retake(job, now)) return "conflict";
  job.wait = {};
  bringBack(state, job, now);
  return "retried";
}

/** Forgets a job that has ended. */
export function removeOne(state: State, id: string): "removed" | "active" | "needed" | "unknown" {
  const job = state.jobs.find(id);
  if (job === undefined) return "unknown";
  if (!job.ended) return "active";
  if (job.openChildren > 0) return "needed";
  forget(state, job);
  return "removed";
}

/** Forgets jobs that have been kept long enough, until the time is used up. */
export function pruneJobs(state: State, budgetMs: number, now: number): { removed: number; more: boolean } {
  const stopAt = performance.now() + budgetMs;
  let removed = 0;
  do {
    for (let count = 0; count < prunedAtOnce; count += 1) {
      const job = takeOutdated(state, now);
      if (job === undefined) return { removed, more: false };
      forget(state, job);
      removed += 1;
    }
  } while (performance.now() < stopAt);
  return { removed, more: true };
}

/** The next job that may be forgotten. One that a child still needs comes again when that child has ended. */
function takeOutdated(state: State, now: number): StoredJob | undefined {
  for (let job = state.kept.peek(); job !== undefined && keptUntil(job) <= now; job = state.kept.peek()) {
    state.kept.delete(job);
    if (job.openChildren === 0) return job;
  }
  return undefined;
}

function forget(state: State, job: StoredJob): void {
  state.kept.delete(job);
  state.keys.forget(job);
  state.jobs.delete(job);
  leaveFamily(job);
}

function hasLostParent(job: StoredJob): boolean {
  return [...job.parentJobs].some(({ ended, place }) => ended && place !== "succeeded");
}

function bringBack(state: State, job: StoredJob, now: number): void {
  const back = [job];
  for (const job of back) {
    for (const child of job.children) {
      if (child.endedBy === job.id && state.keys.retake(child, now)) back.push(child);
    }
    reset(state, job);
  }
  for (const job of back) settleIn(state, job, now);
}

function reset(state: State, job: StoredJob): void {
  state.kept.delete(job);
  job.place = "waiting";
  job.dueAt = 0;
  job.attempt = 0;
  job.onlyCrashes = true;
  job.cancelRequested = false;
  job.expiresAt = undefined;
  job.finishedAt = undefined;
  job.error = undefined;
  job.endedBy = undefined;
  state.gates.join(job);
  for (const parent of job.parentJobs) parent.openChildren += 1;
}
