import { arrive, type Candidate, readCandidate } from "./admission.ts";
import type { Core } from "./core.ts";
import type { Queue } from "./queues.ts";
import { withdrawReady } from "./withdrawal.ts";

/** How many jobs of one queue and task come back in one go. */
const mostAtOnce = 500;

/** Takes a ready job aside until somebody claims who knows its task. It holds nothing meanwhile. */
export function park(core: Core, job: Candidate): void {
  withdrawReady(core, job);
  const { queue, task, seq, dueAt } = job;
  core.sql.run("insert into afterwork_parked values (?, ?, ?, ?)", queue, task, seq, dueAt);
  core.queues.count(queue, "parked", 1);
}

/** Puts what was parked and can be run now back in its place. */
export function unpark(core: Core, queue: Queue, tasks: Iterable<number>): void {
  if (queue.parked === 0) return;
  const sql = "select seq from afterwork_parked where queue = ? and task = ? limit ?";
  const rows = [...tasks].flatMap((task) => core.sql.all<{ seq: number }>(sql, queue.id, task, mostAtOnce));
  for (const { seq } of rows) {
    const job = readCandidate(core, seq);
    const { task } = job;
    core.sql.run("delete from afterwork_parked where queue = ? and task = ? and seq = ?", queue.id, task, seq);
    core.queues.count(queue.id, "parked", -1);
    arrive(core, job);
  }
}
