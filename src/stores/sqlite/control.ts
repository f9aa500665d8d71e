import type { Core } from "./core.ts";
import { writeCourse } from "./course.ts";
import { childrenOf, endWaiting, settleIn, wait } from "./endings.ts";
import { joinGates, takeKey } from "./facts.ts";
import { flag, passing } from "./flags.ts";
import { endOf, findSeq, has, type JobRow, readJob, rulesOf } from "./job-row.ts";

/** Ends what does not run, and asks what runs to stop. */
export function cancelOne(core: Core, id: string): "cancelled" | "requested" | "terminal" | "unknown" {
  const seq = findSeq(core, id);
  if (seq === undefined) return "unknown";
  const job = readJob(core, seq);
  if (job.end !== null) return "terminal";
  if (job.session === null) {
    endWaiting(core, job, { status: "cancelled" });
    return "cancelled";
  }
  core.sql.run("update afterwork_claimed set stop = 1 where seq = ?", seq);
  core.pulse.note("control");
  return "requested";
}

/** Brings back a job that has ended and not succeeded, and the children that ended because of it. */
export function retryOne(
  core: Core,
  id: string,
): "retried" | "conflict" | "parent" | "active" | "succeeded" | "unknown" {
  const seq = findSeq(core, id);
  if (seq === undefined) return "unknown";
  const job = readJob(core, seq);
  if (job.end === null) return "active";
  if (job.end === 0) return "succeeded";
  if (job.endedBy !== null || hasLostParent(core, seq)) return "parent";
  if (!canRetakeKey(core, job)) return "conflict";
  const { delayMs: _delay, runAt: _at, ...rules } = rulesOf(job);
  core.sql.run("update afterwork_job set rules = ? where seq = ?", JSON.stringify(rules), seq);
  bringBack(core, job);
  return "retried";
}

function hasLostParent(core: Core, seq: number): boolean {
  if (!core.presence.of("edge")) return false;
  const sql = `select 1 from afterwork_edge e join afterwork_outcome o on o.seq = e.parent
    where e.child = ? and o.status <> 0 limit 1`;
  return core.sql.get(sql, seq) !== undefined;
}

/** A key that is held until the end of a job was freed then; another job may have it now. */
function canRetakeKey(core: Core, job: JobRow): boolean {
  const { unique } = has(job, "unique") ? rulesOf(job) : {};
  if (unique === undefined) return true;
  const sql = "select seq from afterwork_unique where key = ? and (free_at is null or free_at > ?)";
  const holder = core.sql.get<{ seq: number }>(sql, unique.key, core.now);
  if (holder !== undefined && holder.seq !== job.seq) return false;
  takeKey(core, job.seq, { unique });
  return true;
}

function bringBack(core: Core, job: JobRow): void {
  const back = [job];
  for (const job of back) {
    for (const seq of childrenOf(core, job.seq)) {
      const child = readJob(core, seq);
      if (child.endedBy === job.hex && canRetakeKey(core, child)) back.push(child);
    }
    reset(core, job);
  }
  for (const { seq } of back) wait(core, readJob(core, seq));
  for (const { seq } of back) settleIn(core, readJob(core, seq));
}

function reset(core: Core, job: JobRow): void {
  const { seq, flags, queue, end } = job;
  const gates = joinGates(core, rulesOf(job));
  core.sql.run("delete from afterwork_outcome where seq = ?", seq);
  core.queues.count(queue, endOf(end), -1);
  const sql = "update afterwork_job set expires_at = null, flags = ?, concurrency = ?, rate = ? where seq = ?";
  core.sql.run(sql, flags & ~(flag.expires | passing), gates.concurrency, gates.rate, seq);
  writeCourse(core, seq, { ...job, attempts: 0, onlyCrashes: 1, dueAt: null });
}
