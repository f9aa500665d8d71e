import type { SQLInputValue } from "node:sqlite";
import type { JobPage, JobRecord, ListFilter } from "../contract/job-record.ts";
import { readRecord, standing, statusOf } from "./reading.ts";
import type { Statements } from "./statements.ts";

/** How many jobs are looked at for one page, so that it never takes more than some milliseconds. */
const lookedAtPerPage = 2000;

interface Row {
  readonly seq: number;
  readonly task: number;
  readonly queue: number;
  readonly attempts: number;
  readonly dueAt: number | null;
  readonly held: number | null;
  readonly waiting: number | null;
  readonly end: number | null;
}

const selectNarrow = `select j.seq, j.task, j.queue, coalesce(c.attempts, 0) as attempts,
    coalesce(c.due_at, j.due_at) as dueAt, h.seq as held, w.seq as waiting, o.status as "end"
  from afterwork_job j ${standing}
  where j.seq < ? order by j.seq desc limit ?`;

/** A page of jobs, those stored last first. */
export function listJobs(sql: Statements, filter: ListFilter, now: number): JobPage {
  const fits = filterOf(sql, filter, now);
  const jobs: JobRecord[] = [];
  const rows = sql.all<Row>(selectNarrow, cursorOf(filter), lookedAtPerPage);
  for (const row of rows) {
    if (!fits(row)) continue;
    const job = readRecord(sql, row.seq, now);
    if (job !== undefined) jobs.push(job);
    if (jobs.length === filter.limit) return { jobs, cursor: String(row.seq) };
  }
  const last = rows.at(-1);
  return last === undefined || rows.length < lookedAtPerPage ? { jobs } : { jobs, cursor: String(last.seq) };
}

function cursorOf({ cursor }: ListFilter): SQLInputValue {
  return cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(cursor);
}

function filterOf(sql: Statements, { status, task, queue }: ListFilter, now: number): (row: Row) => boolean {
  const taskId = task === undefined ? undefined : idIn(sql, "select id from afterwork_word where text = ?", task);
  const queueId = queue === undefined ? undefined : idIn(sql, "select id from afterwork_queue where name = ?", queue);
  return (row) =>
    (taskId === undefined || row.task === taskId) &&
    (queueId === undefined || row.queue === queueId) &&
    (status === undefined || statusOf(row, now) === status);
}

/** The number of a name; one that no row has for a name that is not stored. */
function idIn(sql: Statements, select: string, name: string): number {
  return sql.get<{ id: number }>(select, name)?.id ?? -1;
}
