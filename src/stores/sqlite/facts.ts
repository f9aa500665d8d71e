import type { SQLInputValue } from "node:sqlite";
import type { NewJob } from "../contract/new-job.ts";
import type { Core } from "./core.ts";
import { flag } from "./flags.ts";
import { idOf } from "./job-id.ts";
import type { Rules } from "./job-row.ts";

const insertFacts = `insert into afterwork_job
  (seq, id, task, queue, priority, flags, policy, created_at, due_at, expires_at, concurrency, rate, args, options, trace, rules)
  values (?, ${idOf}, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Stores the facts of any job, and takes what is its own from the start: keys, gates, its expiry. */
export function writeFacts(core: Core, seq: number, job: NewJob): void {
  const { id, priority, args, options = null, trace = null } = job;
  const expiresAt = expiryOf(core, job);
  const gates = joinGates(core, job);
  const flags = flagsOf(job);
  const numbers = [
    core.words.idOf(job.task),
    core.queues.named(job.queue).id,
    priority,
    flags,
    core.policies.idOf(job),
  ];
  const times = [core.now, (flags & flag.child) === 0 ? dueFrom(core, job) : null, expiresAt];
  const texts: SQLInputValue[] = [args, options, trace, JSON.stringify(ruleOf(job))];
  core.sql.run(insertFacts, seq, id, ...numbers, ...times, gates.concurrency, gates.rate, ...texts);
  if (expiresAt !== null) core.sql.run("insert into afterwork_expiry values (?, ?)", expiresAt, seq);
  takeKey(core, seq, job);
}

/** The gates that a job depends on from now on. */
export function joinGates(
  core: Core,
  { concurrency, rate }: Rules,
): { concurrency: number | null; rate: number | null } {
  return {
    concurrency: concurrency === undefined ? null : core.gates.join("concurrency", concurrency).id,
    rate: rate === undefined ? null : core.gates.join("rate", rate).id,
  };
}

/** Takes the unique key of a job; whoever had it before has it no more. */
export function takeKey(core: Core, seq: number, { unique }: Rules): void {
  if (unique === undefined) return;
  const freeAt = unique.forMs === undefined ? null : core.now + unique.forMs;
  core.sql.run("insert or replace into afterwork_unique values (?, ?, ?)", unique.key, seq, freeAt);
}

/** When a job is due whose waiting begins now. */
export function dueFrom(core: Core, { delayMs = 0, runAt = 0 }: Rules): number {
  return Math.max(core.now + delayMs, runAt);
}

function expiryOf(core: Core, { expiresInMs, expiresAt }: NewJob): number | null {
  if (expiresInMs === undefined) return expiresAt ?? null;
  return Math.min(core.now + expiresInMs, expiresAt ?? Number.POSITIVE_INFINITY);
}

function flagsOf(job: NewJob): number {
  let flags = 0;
  if (job.concurrency !== undefined) flags |= flag.concurrency;
  if (job.rate !== undefined) flags |= flag.rate;
  if (job.unique !== undefined && job.unique.forMs === undefined) flags |= flag.unique;
  if (job.expiresInMs !== undefined || job.expiresAt !== undefined) flags |= flag.expires;
  if (job.parents !== undefined) flags |= flag.child;
  return flags;
}

function ruleOf({ delayMs, runAt, unique, concurrency, rate, parents }: NewJob): object {
  return { delayMs, runAt, unique, concurrency, rate, parents };
}
