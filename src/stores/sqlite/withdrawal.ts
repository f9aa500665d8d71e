import { type Candidate, delayed, noteRoom, unblock } from "./admission.ts";
import type { Core } from "./core.ts";
import type { JobRow } from "./job-row.ts";

/** Takes a job that nobody holds, and that has not ended, out of wherever it stands. */
export function withdraw(core: Core, job: JobRow): void {
  if (job.waiting !== null) unwait(core, job);
  else if (job.parked !== null) unpark(core, job);
  else if (job.dueAt !== null) withdrawDue(core, { ...job, dueAt: job.dueAt });
}

/** A job that was ready, or held, needs its permit no more. */
export function freePermit(core: Core, { concurrency }: Pick<Candidate, "concurrency">): void {
  if (concurrency === null) return;
  const gate = core.gates.get(concurrency);
  gate.used -= 1;
  noteRoom(core, gate);
}

function unwait(core: Core, { seq, queue }: JobRow): void {
  core.sql.run("delete from afterwork_waiting where seq = ?", seq);
  core.queues.count(queue, "waiting", -1);
}

function unpark(core: Core, { seq, task, queue }: JobRow): void {
  core.sql.run("delete from afterwork_parked where queue = ? and task = ? and seq = ?", queue, task, seq);
  core.queues.count(queue, "parked", -1);
}

function withdrawDue(core: Core, job: Candidate): void {
  if (unschedule(core, job) || withdrawReady(core, job)) return;
  for (const id of [job.concurrency, job.rate]) {
    if (id !== null && unblock(core, job, core.gates.get(id))) return;
  }
}

function unschedule(core: Core, job: Candidate): boolean {
  const { seq, queue, dueAt } = job;
  const sql = "delete from afterwork_scheduled where queue = ? and due_at = ? and seq = ?";
  if (core.sql.run(sql, queue, dueAt, seq) === 0) return false;
  core.queues.count(queue, delayed(job), -1);
  return true;
}

/** Takes a job out of its queue, and gives back what its gates have let through. */
export function withdrawReady(core: Core, job: Candidate): boolean {
  if (!core.ready.delete(job)) return false;
  freePermit(core, job);
  if (job.rate === null) return true;
  const rate = core.gates.get(job.rate);
  rate.used -= 1;
  noteRoom(core, rate);
  return true;
}
