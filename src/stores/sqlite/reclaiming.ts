import { afterCrash, crashError } from "../contract/after-crash.ts";
import type { ReclaimAnswer } from "../contract/claim.ts";
import type { Core } from "./core.ts";
import { endWaiting } from "./endings.ts";
import { noteFailure } from "./failures.ts";
import { idOfRow, type JobRow, readJob } from "./job-row.ts";
import { forgetSession, type Session } from "./sessions.ts";
import { becomeDue, endHeld } from "./settling.ts";

type Reclaimed = ReclaimAnswer["jobs"][number];

/** Takes back what vanished workers hold, and expires what has not been claimed in time. */
export function reclaimJobs(core: Core, limit: number): ReclaimAnswer {
  const jobs: Reclaimed[] = [];
  for (const session of runOut(core)) {
    if (jobs.length >= limit) break;
    core.sql.run("update afterwork_session set ended = 1 where id = ?", session.id);
    for (const seq of heldBy(core, session, limit - jobs.length)) {
      jobs.push(crash(core, readJob(core, seq)));
    }
    if (heldBy(core, session, 1).length === 0) forgetSession(core, session);
  }
  const expired = expireJobs(core, limit - jobs.length);
  const more = runOut(core).length > 0 || nextLate(core) !== undefined;
  return { jobs, expired, more };
}

/** The sessions that may be ended, those first that have waited longest for it. */
function runOut(core: Core): readonly Session[] {
  const sql = `select id, key, name, lease_ms as leaseMs, expires_at as expiresAt, ended from afterwork_session
    where ended = 1 or expires_at <= ?`;
  const sessions = core.sql.all<Session & { readonly ended: number }>(sql, core.now);
  return sessions
    .map((session) => ({ ...session, endsAt: core.renewals.endOf(session) }))
    .filter(({ ended, endsAt }) => ended === 1 || endsAt <= core.now)
    .toSorted((a, b) => a.endsAt - b.endsAt || (a.key < b.key ? -1 : 1));
}

const selectHeld = `select h.seq from afterwork_claimed h
    join afterwork_job j on j.seq = h.seq
    left join afterwork_course c on c.seq = h.seq
  where h.session = ?
  order by h.taken, j.priority desc, coalesce(c.due_at, j.due_at), h.seq limit ?`;

/** What a session holds, in the order in which it was claimed; what was taken at once, in the order of claims. */
function heldBy(core: Core, { id }: Session, limit: number): readonly number[] {
  return core.sql.all<{ seq: number }>(selectHeld, id, limit).map(({ seq }) => seq);
}

function crash(core: Core, job: JobRow): Reclaimed {
  const { attempts: attempt } = job;
  const error = crashError(core.words.textOf(job.worker ?? 0));
  const policy = core.policies.get(job.policy).crash;
  const delayMs = afterCrash(policy, { attempt, onlyCrashes: job.onlyCrashes === 1 });
  noteFailure(core, job, error, true);
  core.holds.delete(idOfRow(job));
  const described = { id: idOfRow(job), task: core.words.textOf(job.task), attempt };
  if (job.stop === 1) {
    endHeld(core, job, { status: "cancelled" });
    return { ...described, status: "cancelled" };
  }
  if (delayMs === undefined) {
    endHeld(core, job, { status: "failed", error });
    return { ...described, status: "failed" };
  }
  becomeDue(core, job, core.now + delayMs);
  return { ...described, status: "queued" };
}

function expireJobs(core: Core, most: number): number {
  let expired = 0;
  for (; expired < most; expired += 1) {
    const seq = nextLate(core);
    if (seq === undefined) break;
    endWaiting(core, readJob(core, seq), { status: "expired" });
  }
  return expired;
}

function nextLate(core: Core): number | undefined {
  const sql = "select seq from afterwork_expiry where expires_at <= ? order by expires_at, seq limit 1";
  return core.sql.get<{ seq: number }>(sql, core.now)?.seq;
}
