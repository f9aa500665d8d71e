import type { Core } from "./core.ts";
import { flag } from "./flags.ts";
import type { Gate } from "./gates.ts";
import type { ReadyJob } from "./ready-jobs.ts";

/** A job that nothing holds, and the gates that it has to pass. */
export interface Candidate extends ReadyJob {
  readonly concurrency: number | null;
  readonly rate: number | null;
  /** How many attempts have counted: what is due ahead after one follows a failure. */
  readonly attempts: number;
}

const selectCandidate = `select j.seq, j.queue, j.priority, j.task, coalesce(c.due_at, j.due_at) as dueAt, j.concurrency, j.rate,
    coalesce(c.attempts, 0) as attempts, j.flags | iif(c.seq is null, 0, ${flag.course}) as flags
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

/** A job is due: it is ready when its gates let it through. */
export function arrive(core: Core, job: Candidate): void {
  if (job.rate !== null) fillRate(core, core.gates.get(job.rate));
  if (job.concurrency !== null) {
    const gate = core.gates.get(job.concurrency);
    block(core, job, gate);
    fillConcurrency(core, gate);
  } else if (job.rate !== null) {
    const gate = core.gates.get(job.rate);
    block(core, job, gate);
    fillRate(core, gate);
  } else {
    admit(core, job);
  }
}

/** Lets waiters through while a gate has room; one that the other gate refuses goes and waits there. */
export function fill(core: Core, gate: Gate): void {
  if (gate.kind === "rate") fillRate(core, gate);
  else fillConcurrency(core, gate);
}

function fillConcurrency(core: Core, gate: Gate): void {
  while (gate.waiting > 0 && core.gates.hasRoom(gate, core.now)) {
    const job = takeWaiter(core, gate);
    const rate = job.rate === null ? undefined : core.gates.get(job.rate);
    if (rate === undefined || core.gates.hasRoom(rate, core.now)) admit(core, job);
    else block(core, job, rate);
  }
}

function fillRate(core: Core, gate: Gate): void {
  while (gate.waiting > 0 && core.gates.hasRoom(gate, core.now)) {
    const job = takeWaiter(core, gate);
    const concurrency = job.concurrency === null ? undefined : core.gates.get(job.concurrency);
    if (concurrency === undefined || core.gates.hasRoom(concurrency, core.now)) admit(core, job);
    else block(core, job, concurrency);
  }
}

function admit(core: Core, job: Candidate): void {
  if (job.concurrency !== null) core.gates.get(job.concurrency).used += 1;
  if (job.rate !== null) core.gates.get(job.rate).used += 1;
  core.ready.add(job);
  core.pulse.note("jobs");
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
