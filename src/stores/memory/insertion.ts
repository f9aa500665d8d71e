import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import { settleIn } from "./endings.ts";
import { joinFamily } from "./family.ts";
import { planInsertion, type Decision } from "./insertion-plan.ts";
import type { State } from "./state.ts";
import { dueFrom, waitOf, type StoredJob } from "./stored-job.ts";

/** Stores jobs, all or none. @throws {StoreFaultError} for a parent that nobody knows. */
export function insertJobs(state: State, jobs: readonly NewJob[], now: number): readonly InsertAnswer[] {
  return carryOut(state, planInsertion(state, jobs, now), now);
}

/** Stores what was planned. All are there before the first is placed, for any of them may be a parent of any other. */
export function carryOut(state: State, decisions: readonly Decision[], now: number): readonly InsertAnswer[] {
  for (const decision of decisions) write(state, decision, now);
  for (const decision of decisions) {
    const own = decision.kind === "store" ? state.jobs.find(decision.job.id) : undefined;
    if (own !== undefined) joinFamily(state.jobs, own);
  }
  for (const decision of decisions) take(state, decision, now);
  return decisions.map(answerOf);
}

function write(state: State, decision: Decision, now: number): void {
  if (decision.kind === "store") {
    const job = state.jobs.add(decision.job, now);
    state.queues.get(job.queue);
    state.keys.take(job, now);
    state.gates.join(job);
    if (job.expiresAt !== undefined) state.expiring.add(job);
  } else if (decision.kind === "alias" || decision.kind === "replace") {
    const job = state.jobs.find(decision.of);
    if (job !== undefined) state.jobs.addAlias(decision.job.id, job);
  }
}

function take(state: State, decision: Decision, now: number): void {
  const job = decision.kind === "store" || decision.kind === "replace" ? state.jobs.find(decision.job.id) : undefined;
  if (job === undefined) return;
  if (decision.kind === "replace") return replace(state, job, decision.job, now);
  state.gates.adopt(job);
  state.admission.relimit(job, now);
  settleIn(state, job, now);
}

/** A job that has never been claimed becomes what the new one asks for. */
function replace(state: State, job: StoredJob, by: NewJob, now: number): void {
  if (job.ended) return;
  const waits = job.place === "waiting";
  state.admission.withdraw(job, now);
  job.args = by.args;
  job.options = by.options;
  job.priority = by.priority;
  job.wait = waitOf(by);
  if (waits) return;
  const latest = job.createdAt + (by.unique?.maxWaitMs ?? Number.POSITIVE_INFINITY);
  job.dueAt = Math.min(dueFrom(now, job.wait), latest);
  state.admission.place(job, now);
}

function answerOf(decision: Decision): InsertAnswer {
  if (decision.kind === "store") return { id: decision.job.id, deduplicated: false };
  return { id: decision.of, deduplicated: decision.of !== decision.job.id };
}
