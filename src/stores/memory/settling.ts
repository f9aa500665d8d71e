import type { ErrorRecord } from "../contract/job-record.ts";
import type { Outcome, SettleAnswer } from "../contract/outcome.ts";
import { end, type Ending } from "./endings.ts";
import { carryOut } from "./insertion.ts";
import { planInsertion } from "./insertion-plan.ts";
import type { State } from "./state.ts";
import type { StoredJob } from "./stored-job.ts";

/** How many failed attempts are kept of a job. */
const mostFailures = 100;

/** Takes the outcome of an attempt, if its job is still held under its token. */
export function settleOne(state: State, outcome: Outcome, now: number): SettleAnswer {
  const job = state.jobs.find(outcome.id);
  if (job?.hold?.token !== outcome.token) return job?.settledToken === outcome.token ? "repeated" : "lost";
  if (outcome.kind === "succeeded") succeed(state, job, outcome, now);
  else apply(state, job, outcome, now);
  job.settledToken = outcome.token;
  return "applied";
}

/** Takes a job back without costing an attempt; asked to cancel, it ends. */
export function handBack(state: State, job: StoredJob, now: number, dueAt: number = job.dueAt): void {
  job.attempt -= 1;
  becomeDue(state, job, now, dueAt);
}

/** The job is due again at a time; asked to cancel, it ends. */
export function becomeDue(state: State, job: StoredJob, now: number, dueAt: number): void {
  if (job.cancelRequested) return endHeld(state, job, { status: "cancelled" }, now);
  letGo(state, job);
  job.dueAt = dueAt;
  state.admission.putBack(job, now);
}

/** Ends a job that a worker holds. */
export function endHeld(state: State, job: StoredJob, ending: Ending, now: number): void {
  letGo(state, job);
  state.admission.freePermit(job, now);
  end(state, job, ending, now);
}

/** Notes that the attempt has failed. */
export function noteFailure(job: StoredJob, error: ErrorRecord, now: number, crashed: boolean): void {
  const { attempt, startedAt = now, worker = "" } = job;
  job.failures.push({ attempt, startedAt, endedAt: now, worker, error, crashed });
  if (job.failures.length > mostFailures) job.failures.shift();
  if (!crashed) job.onlyCrashes = false;
}

function succeed(state: State, job: StoredJob, outcome: Outcome & { readonly kind: "succeeded" }, now: number): void {
  const spawned = planInsertion(state, outcome.spawned ?? [], now, job);
  endHeld(state, job, { status: "succeeded", result: outcome.result }, now);
  carryOut(state, spawned, now);
}

function apply(state: State, job: StoredJob, outcome: Exclude<Outcome, { kind: "succeeded" }>, now: number): void {
  switch (outcome.kind) {
    case "failed":
      noteFailure(job, outcome.error, now, false);
      return endHeld(state, job, { status: "failed", error: outcome.error }, now);
    case "cancelled":
      return endHeld(state, job, { status: "cancelled", error: outcome.error }, now);
    case "retry":
      noteFailure(job, outcome.error, now, false);
      return becomeDue(state, job, now, now + outcome.delayMs);
    case "snooze":
      return handBack(state, job, now, now + outcome.delayMs);
    case "sleep":
      if (!job.cancelRequested) job.steps.set(outcome.step, { name: outcome.step, sleepUntil: now + outcome.delayMs });
      return handBack(state, job, now, now + outcome.delayMs);
    case "release":
      return handBack(state, job, now);
  }
}

function letGo(state: State, job: StoredJob): void {
  const { hold } = job;
  if (hold === undefined) return;
  state.sessions.get(hold.worker)?.letGo(job, hold);
  job.hold = undefined;
  if (hold.crashes > 0 && state.queues.all().some((queue) => queue.hasCrashed)) state.wakes.note("jobs");
}
