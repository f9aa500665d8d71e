import type { ExtendAnswer, ReclaimAnswer } from "../contract/claim.ts";
import { afterCrash, crashError } from "../contract/after-crash.ts";
import { endWaiting } from "./endings.ts";
import { becomeDue, endHeld, handBack, noteFailure } from "./settling.ts";
import type { State } from "./state.ts";
import type { StoredJob } from "./stored-job.ts";

/** Renews a session, or ends it, and takes back what its worker does not know of. */
export function extendSession(
  state: State,
  worker: string,
  options: { readonly tokens: readonly string[]; readonly leaving: boolean },
  now: number,
): ExtendAnswer {
  const session = state.sessions.alive(worker);
  if (session === undefined) return { alive: false, cancel: [], now };
  const named = new Set(options.leaving ? [] : options.tokens);
  for (const job of session.jobs(named)) handBack(state, job, now);
  if (options.leaving) {
    state.sessions.forget(session);
    return { alive: false, cancel: [], now };
  }
  session.renew(now);
  const cancel = session.jobs().filter((job) => job.cancelRequested);
  return { alive: true, cancel: cancel.map(({ id }) => id), now };
}

/** Takes back what vanished workers hold, and expires what has not been claimed in time. */
export function reclaimJobs(state: State, limit: number, now: number): ReclaimAnswer {
  const jobs: ReclaimAnswer["jobs"][number][] = [];
  for (const session of state.sessions.runOut(now)) {
    if (jobs.length >= limit) break;
    session.ended = true;
    for (const job of session.jobs().slice(0, limit - jobs.length)) jobs.push(crash(state, job, now));
    if (session.jobs().length === 0) state.sessions.forget(session);
  }
  const expired = expireJobs(state, limit - jobs.length, now);
  const more = state.sessions.runOut(now).length > 0 || nextLate(state, now) !== undefined;
  return { jobs, expired, more };
}

function crash(state: State, job: StoredJob, now: number): ReclaimAnswer["jobs"][number] {
  const { id, task, attempt, onlyCrashes } = job;
  const error = crashError(job.worker ?? "");
  const delayMs = afterCrash(job.crash, { attempt, onlyCrashes });
  noteFailure(job, error, now, true);
  if (job.cancelRequested) endHeld(state, job, { status: "cancelled" }, now);
  else if (delayMs === undefined) endHeld(state, job, { status: "failed", error }, now);
  else becomeDue(state, job, now, now + delayMs);
  const status = job.place === "failed" || job.place === "cancelled" ? job.place : "queued";
  return { id, task, attempt, status };
}

function expireJobs(state: State, most: number, now: number): number {
  let expired = 0;
  for (; expired < most; expired += 1) {
    const job = nextLate(state, now);
    if (job === undefined) break;
    endWaiting(state, job, { status: "expired" }, now);
  }
  return expired;
}

function nextLate(state: State, now: number): StoredJob | undefined {
  const first = state.expiring.peek();
  return first?.expiresAt !== undefined && first.expiresAt <= now ? first : undefined;
}
