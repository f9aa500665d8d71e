import { parentError } from "../contract/ended-by-parent.ts";
import type { ErrorRecord } from "../contract/job-record.ts";
import type { State } from "./state.ts";
import { dueFrom, type End, type StoredJob } from "./stored-job.ts";

/** What is known of an end. */
export interface Ending {
  readonly status: End;
  readonly result?: string | undefined;
  readonly error?: ErrorRecord | undefined;
  readonly endedBy?: string;
}

/** Ends a job that has been taken out of wherever it was, and resolves the children that wait for it. */
export function end(state: State, job: StoredJob, ending: Ending, now: number): void {
  const left = [{ job, ending }];
  for (const { job, ending } of left) {
    if (job.ended) continue;
    close(state, job, ending, now);
    for (const child of job.children) {
      if (ending.status === "succeeded") countSuccess(state, child, now);
      else if (child.place === "waiting") left.push({ job: child, ending: endingOfChild(job, ending) });
    }
  }
}

/** Ends a job that nobody holds. */
export function endWaiting(state: State, job: StoredJob, ending: Ending, now: number): void {
  state.admission.withdraw(job, now);
  end(state, job, ending, now);
}

/**
 * Puts a new job, or one that comes back, where its parents say: it waits, ends at once, or waits for its due time. One
 * that has ended with its parent a moment ago stays as it is.
 */
export function settleIn(state: State, job: StoredJob, now: number): void {
  if (job.place !== "waiting") return;
  for (const parent of job.parentJobs) {
    const ending = endingFrom(parent);
    if (ending !== undefined) return end(state, job, ending, now);
  }
  if (job.pendingParents === 0) startWaiting(state, job, now);
}

function startWaiting(state: State, job: StoredJob, now: number): void {
  job.dueAt = dueFrom(now, job.wait);
  state.admission.place(job, now);
}

function countSuccess(state: State, child: StoredJob, now: number): void {
  child.pendingParents -= 1;
  if (child.place === "waiting" && child.pendingParents === 0) startWaiting(state, child, now);
}

function close(state: State, job: StoredJob, ending: Ending, now: number): void {
  job.place = ending.status;
  job.finishedAt = now;
  job.result = ending.result;
  job.error = ending.error;
  job.endedBy = ending.endedBy;
  state.expiring.delete(job);
  state.kept.add(job);
  state.keys.endOf(job);
  state.gates.leave(job);
  state.wakes.note("ended");
  for (const parent of job.parentJobs) {
    parent.openChildren -= 1;
    if (parent.openChildren === 0 && parent.ended) state.kept.add(parent);
  }
}

function endingFrom(parent: StoredJob): Ending | undefined {
  const { place: status, error } = parent;
  if (status !== "failed" && status !== "cancelled" && status !== "expired") return undefined;
  return endingOfChild(parent, { status, error });
}

function endingOfChild(parent: StoredJob, { status, error }: Ending): Ending {
  return { status, error: parentError(parent.task, parent.id, status, error), endedBy: parent.id };
}
