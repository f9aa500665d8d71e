import type { Core } from "./core.ts";
import { selectFlags } from "./flags.ts";
import type { Gate } from "./gates.ts";
import type { ReadyJob } from "./ready-jobs.ts";

/** How many waiters one claim moves; the next one, which is due at once, goes on. */
const mostAtOnce = 500;

/** A job that nothing holds, and the gates that it has to pass. */
export interface Candidate extends ReadyJob {
  readonly concurrency: number | null;
  readonly rate: number | null;
  /** How many attempts have counted: what is due ahead after one follows a failure. */
  readonly attempts: number;
}

const selectCandidate = `select j.seq, j.queue, j.priority, j.task, coalesce(c.due_at, j.due_at) as dueAt, j.concurrency, j.rate,
    coalesce(c.attempts, 0) as attempts, ${selectFlags} as flags
  from afterwork_job j left join afterwork_course c on c.seq = j.seq where j.seq = ?`;

/** A job as admission wants to know it. */
export function readCandidate(core: Core, seq: number): Candidate {
  const row = core.sql.get<Candidate>(selectCandidate, seq);
  if (row === undefined) throw new Error(`the job number ${seq} is missing`);
  return row;
}

/** Puts a job that nothing else holds back where its due time says. */
export function place(core: Core, job: Candidate): void {
  core.pulse.note("jobs");
  if (job.dueAt <= core.now) return arrive(core, job);
  const { queue, dueAt, seq, attempts } = job;
  core.sql.run("insert into afterwork_scheduled values (?, ?, ?, ?)", queue, dueAt, seq, attempts > 0 ? 1 : 0);
  core.queues.count(queue, delayed(job), 1);
}

/** What a job that is due ahead counts as. */
export function delayed({ attempts }: Pick<Candidate, "attempts">): "scheduled" | "retrying" {
  return attempts > 0 ? "retrying" : "scheduled";
}

/** A job is due: it stands in line at its gate, or is ready. */
export function arrive(core: Core, job: Candidate): void {
  const gate = job.concurrency ?? job.rate;
  if (gate === null) core.ready.add(job);
  else block(core, job, core.gates.get(gate));
}

/**
 * Fills every gate that has waiters and room; a waiter that its other gate refuses goes and waits there. Only claims do:
 * whatever else makes room for somebody who waits is a hint that something may be claimed.
 */
export function fillGates(core: Core): void {
  let left = mostAtOnce;
  for (const gate of core.gates.open(core.now, mostAtOnce)) {
    while (left > 0 && core.gates.isOpen(gate, core.now)) {
      left -= 1;
      passOn(core, takeWaiter(core, gate), gate);
    }
  }
}

/** A gate has changed: whoever claims next may let somebody through. */
export function noteRoom(core: Core, gate: Gate): void {
  if (core.gates.isOpen(gate, core.now)) core.pulse.note("jobs");
}

/** A gate has room for a job: it is let through, unless the other one refuses it. */
function passOn(core: Core, job: Candidate, gate: Gate): void {
  const id = gate.kind === "rate" ? job.concurrency : job.rate;
  const other = id === null ? undefined : core.gates.get(id);
  if (other !== undefined && !core.gates.hasRoom(other, core.now)) return block(core, job, other);
  gate.used += 1;
  if (other !== undefined) other.used += 1;
  core.ready.add(job);
}

function block(core: Core, { seq, queue, priority, dueAt }: Candidate, gate: Gate): void {
  core.sql.run("insert into afterwork_blocked values (?, ?, ?, ?)", gate.id, -priority, dueAt, seq);
  gate.waiting += 1;
  core.queues.count(queue, "blocked", 1);
}

/** Takes a job out of a gate's line, if it stands there. */
export function unblock(core: Core, { seq, queue, priority, dueAt }: Candidate, gate: Gate): boolean {
  const sql = "delete from afterwork_blocked where gate = ? and rank = ? and due_at = ? and seq = ?";
  if (core.sql.run(sql, gate.id, -priority, dueAt, seq) === 0) return false;
  gate.waiting -= 1;
  core.queues.count(queue, "blocked", -1);
  return true;
}

function takeWaiter(core: Core, gate: Gate): Candidate {
  const sql = "select seq from afterwork_blocked where gate = ? order by rank, due_at, seq limit 1";
  const waiter = core.sql.get<{ seq: number }>(sql, gate.id);
  if (waiter === undefined) throw new Error(`the gate ${gate.id} has lost its waiters`);
  const job = readCandidate(core, waiter.seq);
  unblock(core, job, gate);
  return job;
}
