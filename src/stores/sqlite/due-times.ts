import { arrive, delayed, readCandidate } from "./admission.ts";
import type { Core } from "./core.ts";
import type { Queue } from "./queues.ts";

/** How many jobs become due in one go; the next claim takes the others. */
const mostAtOnce = 500;

/** What has become due goes to its gate's line, or to its queue. */
export function advance(core: Core): void {
  const due = core.queues.all().flatMap((queue) => dueOf(core, queue));
  due.sort((a, b) => a.dueAt - b.dueAt || a.seq - b.seq);
  for (const { queue, dueAt, seq } of due.slice(0, mostAtOnce)) {
    core.sql.run("delete from afterwork_scheduled where queue = ? and due_at = ? and seq = ?", queue, dueAt, seq);
    const job = readCandidate(core, seq);
    core.queues.count(queue, delayed(job), -1);
    arrive(core, job);
  }
}

/** When the next job of a queue is due. */
export function nextDueOf(core: Core, queue: Queue): number | undefined {
  if (isEmpty(queue)) return undefined;
  const sql = "select due_at as dueAt from afterwork_scheduled where queue = ? order by due_at limit 1";
  return core.sql.get<{ dueAt: number }>(sql, queue.id)?.dueAt;
}

interface DueJob {
  readonly queue: number;
  readonly dueAt: number;
  readonly seq: number;
}

function dueOf(core: Core, queue: Queue): readonly DueJob[] {
  if (isEmpty(queue)) return [];
  const sql = `select queue, due_at as dueAt, seq from afterwork_scheduled
    where queue = ? and due_at <= ? order by due_at, seq limit ?`;
  return core.sql.all<DueJob>(sql, queue.id, core.now, mostAtOnce);
}

function isEmpty({ scheduled, retrying }: Queue): boolean {
  return scheduled + retrying === 0;
}
