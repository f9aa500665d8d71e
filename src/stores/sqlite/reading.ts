import type { FailedAttempt, JobRecord, StoredStatus } from "../contract/job-record.ts";
import { known } from "../contract/known.ts";
import type { EventRecord, StepRecord } from "../contract/outcome.ts";
import { parseError } from "./kept-error.ts";
import { fromHex, idOf } from "./job-id.ts";
import { endOf, type Rules } from "./job-row.ts";
import type { Statements } from "./statements.ts";

/** A job as people see it. */
interface RecordRow {
  readonly seq: number;
  readonly hex: string;
  readonly task: string;
  readonly queue: string;
  readonly priority: number;
  readonly args: string;
  readonly options: string | null;
  readonly trace: string | null;
  readonly rules: string | null;
  readonly attempts: number;
  readonly createdAt: number;
  readonly dueAt: number | null;
  readonly expiresAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly worker: string | null;
  readonly result: string | null;
  readonly error: string | null;
  readonly endedBy: string | null;
  readonly progress: string | null;
  readonly stop: number;
  readonly parked: number | null;
  readonly held: number | null;
  readonly waiting: number | null;
  readonly end: number | null;
}

/** The tables that say where a job `j` stands. */
export const standing = `left join afterwork_course c on c.seq = j.seq
    left join afterwork_claimed h on h.seq = j.seq
    left join afterwork_waiting w on w.seq = j.seq
    left join afterwork_outcome o on o.seq = j.seq`;

const selectRecord = `select
    j.seq, hex(j.id) as hex, t.text as task, q.name as queue, j.priority, j.args, j.options, j.trace, j.rules,
    coalesce(o.attempt, h.attempt, c.attempts, 0) as attempts, j.created_at as createdAt,
    coalesce(c.due_at, j.due_at) as dueAt, j.expires_at as expiresAt,
    coalesce(h.started_at, o.started_at, c.started_at) as startedAt, o.finished_at as finishedAt,
    n.text as worker, o.result, o.error, nullif(hex(o.ended_by), '') as endedBy,
    g.data as progress, coalesce(h.stop, o.stop, 0) as stop,
    p.seq as parked, h.seq as held, w.seq as waiting, o.status as "end"
  from afterwork_job j
    join afterwork_word t on t.id = j.task
    join afterwork_queue q on q.id = j.queue
    ${standing}
    left join afterwork_session s on s.id = h.session
    left join afterwork_word n on n.id = coalesce(s.name, o.worker, c.worker)
    left join afterwork_parked p on p.queue = j.queue and p.task = j.task and p.seq = j.seq
    left join afterwork_progress g on g.seq = j.seq`;

/** Jobs by their ids or aliases, in the order of the ids. */
export function readRecords(
  sql: Statements,
  ids: readonly string[],
  { now, brief }: { readonly now: number; readonly brief: boolean },
): readonly (JobRecord | undefined)[] {
  const select = `${selectRecord} where j.id = ${idOf}`;
  return ids.map((id) => {
    const row = sql.get<RecordRow>(select, id) ?? readByAlias(sql, id);
    return row === undefined ? undefined : recordOf(sql, row, { now, brief });
  });
}

/** A job by its number. */
export function readRecord(sql: Statements, seq: number, now: number): JobRecord | undefined {
  const row = sql.get<RecordRow>(`${selectRecord} where j.seq = ?`, seq);
  return row === undefined ? undefined : recordOf(sql, row, { now, brief: false });
}

/** The steps of a job, in the order in which they were recorded first. */
export function readSteps(sql: Statements, id: string): readonly StepRecord[] {
  interface Row {
    readonly name: string;
    readonly value: string | null;
    readonly sleepUntil: number | null;
  }
  const select = `select name, value, sleep_until as sleepUntil from afterwork_step where seq = ${seqOf} order by number`;
  return sql.all<Row>(select, id, id).map(({ name, value, sleepUntil }) => ({
    name,
    ...(value === null ? undefined : { value }),
    ...(sleepUntil === null ? undefined : { sleepUntil }),
  }));
}

/** The events of a job after one of them, oldest first. */
export function readEvents(sql: Statements, id: string, after: number, limit: number): readonly EventRecord[] {
  const select = `select number as id, at, kind, data from afterwork_event
    where seq = ${seqOf} and number > ? order by number limit ?`;
  return sql.all<EventRecord>(select, id, id, after, limit).map((row) => ({ ...row }));
}

/** Where a job stands, as it is shown: what is due ahead after an attempt that counted follows a failed one. */
export function statusOf(
  row: Pick<RecordRow, "end" | "held" | "waiting" | "dueAt" | "attempts">,
  now: number,
): StoredStatus {
  if (row.end !== null) return endOf(row.end);
  if (row.held !== null) return "running";
  if (row.waiting !== null) return "waiting";
  if ((row.dueAt ?? 0) <= now) return "queued";
  return row.attempts > 0 ? "retrying" : "scheduled";
}

/** The number of a job by its id or an alias, bound twice: the drivers of older Node versions miscount numbered parameters. */
const seqOf = `coalesce(
    (select seq from afterwork_job where id = unhex(?, '-')),
    (select seq from afterwork_alias where id = unhex(?, '-')))`;

function readByAlias(sql: Statements, id: string): RecordRow | undefined {
  const alias = sql.get<{ seq: number }>(`select seq from afterwork_alias where id = ${idOf}`, id);
  return alias === undefined ? undefined : sql.get<RecordRow>(`${selectRecord} where j.seq = ?`, alias.seq);
}

function recordOf(sql: Statements, row: RecordRow, { now, brief }: { now: number; brief: boolean }): JobRecord {
  const { parents } = (row.rules === null ? {} : JSON.parse(row.rules)) as Rules;
  return {
    id: fromHex(row.hex),
    task: row.task,
    queue: row.queue,
    priority: row.priority,
    status: statusOf(row, now),
    args: brief ? "" : row.args,
    attempt: row.attempts,
    createdAt: row.createdAt,
    failures: brief ? [] : readFailures(sql, row.seq),
    cancelRequested: row.stop === 1,
    parked: row.parked !== null,
    ...known({
      options: row.options,
      trace: row.trace,
      parents,
      dueAt: row.dueAt,
      expiresAt: row.expiresAt,
      startedAt: row.startedAt,
      finishedAt: row.finishedAt,
      worker: row.worker,
      result: row.result,
      error: parseError(row.error),
      endedBy: row.endedBy === null ? null : fromHex(row.endedBy),
      progress: row.progress,
    }),
  };
}

function readFailures(sql: Statements, seq: number): readonly FailedAttempt[] {
  type Row = Omit<FailedAttempt, "error" | "crashed"> & { readonly error: string; readonly crashed: number };
  const select = `select f.attempt, f.started_at as startedAt, f.ended_at as endedAt, n.text as worker, f.error, f.crashed
    from afterwork_failure f join afterwork_word n on n.id = f.worker where f.seq = ? order by f.number`;
  return sql.all<Row>(select, seq).map(({ error, crashed, ...row }) => ({
    ...row,
    error: parseError(error) ?? { name: "Error", message: "" },
    crashed: crashed === 1,
  }));
}
