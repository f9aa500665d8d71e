import { parentError } from "../contract/ended-by-parent.ts";
import type { ErrorRecord } from "../contract/job-record.ts";
import { place } from "./admission.ts";
import type { Core } from "./core.ts";
import { writeCourse } from "./course.ts";
import { dueFrom } from "./facts.ts";
import { flag } from "./flags.ts";
import { idOf } from "./job-id.ts";
import { type End, endOf, ends, has, idOfRow, type JobRow, readJob, rulesOf } from "./job-row.ts";
import { parseError } from "./kept-error.ts";
import { withdraw } from "./withdrawal.ts";

/** What is known of an end. */
export interface Ending {
  readonly status: End;
  readonly result?: string | undefined;
  readonly error?: ErrorRecord | undefined;
  readonly endedBy?: string;
}

const insertOutcome = `insert into afterwork_outcome values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ${idOf})`;

/** Ends a job that has been taken out of wherever it stood, and resolves the children that wait for it. */
export function end(core: Core, job: JobRow, ending: Ending): void {
  const left = [{ job, ending }];
  for (const { job, ending } of left) {
    close(core, job, ending);
    for (const seq of childrenOf(core, job.seq)) {
      if (ending.status === "succeeded") countSuccess(core, seq);
      else if (stopWaiting(core, seq)) left.push({ job: readJob(core, seq), ending: endingOfChild(core, job, ending) });
    }
  }
}

/** Ends a job that nobody holds. */
export function endWaiting(core: Core, job: JobRow, ending: Ending): void {
  withdraw(core, job);
  end(core, job, ending);
}

/** A job with parents waits, until it is known how they stand. */
export function wait(core: Core, job: JobRow): void {
  if (!has(job, "child")) return;
  const pending = parentsOf(core, job.seq).filter((parent) => parent.end !== 0);
  core.sql.run("insert into afterwork_waiting values (?, ?)", job.seq, pending.length);
  core.queues.count(job.queue, "waiting", 1);
}

/**
 * Puts a new job, or one that comes back, where its parents say: it waits, ends at once, or waits for its due time. One
 * that has ended with its parent a moment ago stays as it is.
 */
export function settleIn(core: Core, job: JobRow): void {
  if (!has(job, "child")) return startWaiting(core, job);
  if (job.waiting === null) return;
  const lost = parentsOf(core, job.seq).find((parent) => parent.end !== null && parent.end !== 0);
  if (lost === undefined && job.waiting > 0) return;
  stopWaiting(core, job.seq);
  if (lost === undefined) return startWaiting(core, job);
  const ending = { status: endOf(lost.end), error: parseError(lost.error) };
  end(core, job, endingOfChild(core, readJob(core, lost.seq), ending));
}

/** The children of a job, in the order in which they were stored. */
export function childrenOf(core: Core, seq: number): readonly number[] {
  if (!core.presence.of("edge")) return [];
  const rows = core.sql.all<{ child: number }>("select child from afterwork_edge where parent = ? order by child", seq);
  return rows.map(({ child }) => child);
}

interface Parent {
  readonly seq: number;
  readonly end: number | null;
  readonly error: string | null;
}

function parentsOf(core: Core, seq: number): readonly Parent[] {
  const sql = `select e.parent as seq, o.status as "end", o.error from afterwork_edge e
    left join afterwork_outcome o on o.seq = e.parent where e.child = ? order by e.number`;
  return core.sql.all<Parent>(sql, seq);
}

function startWaiting(core: Core, job: JobRow): void {
  const dueAt = dueFrom(core, rulesOf(job));
  if (dueAt === job.dueAt) return place(core, { ...job, dueAt });
  writeCourse(core, job.seq, { ...job, dueAt });
  place(core, { ...job, dueAt, flags: job.flags | flag.course });
}

function countSuccess(core: Core, seq: number): void {
  const sql = "update afterwork_waiting set parents = parents - 1 where seq = ? returning parents";
  if (core.sql.get<{ parents: number }>(sql, seq)?.parents !== 0) return;
  stopWaiting(core, seq);
  startWaiting(core, readJob(core, seq));
}

function stopWaiting(core: Core, seq: number): boolean {
  const job = core.sql.get<{ queue: number }>("select queue from afterwork_job where seq = ?", seq);
  if (job === undefined || core.sql.run("delete from afterwork_waiting where seq = ?", seq) === 0) return false;
  core.queues.count(job.queue, "waiting", -1);
  return true;
}

function close(core: Core, job: JobRow, ending: Ending): void {
  const { seq, attempts, startedAt, worker, settledToken, stop } = job;
  const { keep } = core.policies.get(job.policy);
  const forgetAt = core.now + (ending.status === "succeeded" ? keep.succeededMs : keep.failedMs);
  const error = ending.error === undefined ? null : JSON.stringify(ending.error);
  const facts = [startedAt, core.now, worker, settledToken, forgetAt, stop, ending.result ?? null, error] as const;
  core.sql.run(insertOutcome, seq, ends.indexOf(ending.status), attempts, ...facts, ending.endedBy ?? null);
  core.queues.count(job.queue, ending.status, 1);
  core.pulse.note("ended");
  leave(core, job);
}

/** Frees what a job has only until it ends. */
function leave(core: Core, job: JobRow): void {
  const { seq, expiresAt } = job;
  for (const gate of [job.concurrency, job.rate]) if (gate !== null) core.gates.get(gate).jobs -= 1;
  if (has(job, "expires"))
    core.sql.run("delete from afterwork_expiry where expires_at = ? and seq = ?", expiresAt, seq);
  const key = has(job, "unique") ? rulesOf(job).unique?.key : undefined;
  if (key !== undefined) core.sql.run("delete from afterwork_unique where key = ? and seq = ?", key, seq);
}

function endingOfChild(core: Core, parent: JobRow, { status, error }: Ending): Ending {
  const id = idOfRow(parent);
  return { status, error: parentError(core.words.textOf(parent.task), id, status, error), endedBy: id };
}
