import type { Core } from "./core.ts";
import { isNeeded } from "./family.ts";
import { endOf, findSeq, type JobRow, readJob, rulesOf } from "./job-row.ts";

/** What is kept of a job beside its facts, by its number. */
const tables = ["outcome", "course", "alias", "failure", "step", "progress", "event"] as const;

/** Forgets a job that has ended. */
export function removeOne(core: Core, id: string): "removed" | "active" | "needed" | "unknown" {
  const seq = findSeq(core, id);
  if (seq === undefined) return "unknown";
  const job = readJob(core, seq);
  if (job.end === null) return "active";
  if (isNeeded(core, seq)) return "needed";
  forget(core, [job]);
  return "removed";
}

/** Where a sweep over what may be forgotten goes on. */
export interface PruneCursor {
  readonly forgetAt: number;
  readonly seq: number;
}

/** A part of a sweep. */
export interface PrunedPart {
  readonly removed: number;
  /** Absent: there is no more. */
  readonly next?: PruneCursor;
}

const selectOutdated = `select o.forget_at as forgetAt, o.seq, o.status as "end", j.queue, j.rules
  from afterwork_outcome o cross join afterwork_job j on j.seq = o.seq
  where o.forget_at <= ? and (o.forget_at, o.seq) > (?, ?) order by o.forget_at, o.seq limit ?`;

/** Forgets the next jobs that have been kept long enough, up to so many. Those that a child still needs are passed over. */
export function pruneSome(core: Core, after: PruneCursor, limit: number): PrunedPart {
  const outdated = core.sql.all<PruneCursor & Ended>(selectOutdated, core.now, after.forgetAt, after.seq, limit);
  const jobs = outdated.filter(({ seq }) => !isNeeded(core, seq));
  forget(core, jobs);
  const next = outdated.at(-1);
  return next === undefined || outdated.length < limit ? { removed: jobs.length } : { removed: jobs.length, next };
}

/** Forgets keys whose time is over, and rate limits whose windows nobody looks at any more. */
export function pruneKeys(core: Core, limit: number): void {
  const keys =
    "delete from afterwork_unique where key in (select key from afterwork_unique where free_at <= ? limit ?)";
  core.sql.run(keys, core.now, limit);
  core.gates.prune(core.now, limit);
}

type Ended = Pick<JobRow, "seq" | "queue" | "end" | "rules">;

function forget(core: Core, jobs: readonly Ended[]): void {
  const numbers = JSON.stringify(jobs.map(({ seq }) => seq));
  for (const job of jobs) {
    core.queues.count(job.queue, endOf(job.end), -1);
    const key = job.rules === null ? undefined : rulesOf(job).unique?.key;
    if (key !== undefined) core.sql.run("delete from afterwork_unique where key = ? and seq = ?", key, job.seq);
  }
  for (const table of tables) {
    core.sql.run(`delete from afterwork_${table} where seq in (select value from json_each(?))`, numbers);
  }
  if (core.presence.of("edge")) {
    core.sql.run("delete from afterwork_edge where parent in (select value from json_each(?))", numbers);
    core.sql.run("delete from afterwork_edge where child in (select value from json_each(?))", numbers);
  }
  core.sql.run("delete from afterwork_job where seq in (select value from json_each(?))", numbers);
}
