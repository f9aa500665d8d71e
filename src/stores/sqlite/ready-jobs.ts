import type { SQLInputValue } from "node:sqlite";
import { crashesIn, keyed } from "./flags.ts";
import type { Queues } from "./queues.ts";
import type { Statements } from "./statements.ts";

/** What the place of a job in its queue depends on, and what a claim wants to know without looking at its facts. */
export interface ReadyJob {
  readonly seq: number;
  readonly queue: number;
  readonly priority: number;
  readonly dueAt: number;
  readonly task: number;
  readonly flags: number;
}

/** Who takes ready jobs, under what token, and when. */
export interface Holder {
  readonly session: number;
  readonly token: number;
  readonly now: number;
}

/** A ready job with its facts, as a row. */
export type ReadyRow = readonly [
  seq: number,
  rank: number,
  dueAt: number,
  task: number,
  flags: number,
  hex: string,
  args: string,
  options: string | null,
  trace: string | null,
  rules: string | null,
  createdAt: number,
  policy: number,
];

const insertOne = "insert into afterwork_ready values (?, ?, ?, ?, ?, ?, ?)";
const insertRange = `insert into afterwork_ready
  select queue, 0, -priority, due_at, seq, task, flags from afterwork_job where seq between ? and ?`;
const deleteOne = `delete from afterwork_ready
  where queue = ? and lane = ? and rank = ? and due_at = ? and seq = ?`;
const first = `select r.seq, r.rank, r.due_at, r.task, r.flags,
    hex(j.id), j.args, j.options, j.trace, j.rules, j.created_at, j.policy
  from afterwork_ready r cross join afterwork_job j on j.seq = r.seq
  where r.queue = ? and r.lane = ? order by r.rank, r.due_at, r.seq limit ?`;
const holdFirst = `insert into afterwork_claimed
  select seq, ?, ?, 1, ?, 0, ? from afterwork_ready
  where queue = ? and lane = 0 order by rank, due_at, seq limit ?`;
const deleteUpTo = `delete from afterwork_ready
  where queue = ? and lane = ? and (rank, due_at, seq) <= (?, ?, ?)`;

const selectCrashed = "select 1 from afterwork_ready where queue = ? and lane > 1 limit 1";

/**
 * The ways through a queue, by what bounds who is given their jobs, each in the order of claims: plain ones, keyed ones; then
 * the same of those that have been lost to crashes once, and of those that were more often. So nobody stands behind a job
 * that is not for him.
 */
export const lanes: readonly number[] = [0, 1, 2, 3, 4, 5];

/** The jobs that could be claimed, in their order. New ones that nothing holds back are put in by ranges of their numbers. */
export class ReadyJobs {
  readonly #sql: Statements;
  readonly #queues: Queues;
  readonly #ranges: { from: number; to: number }[] = [];

  constructor(sql: Statements, queues: Queues) {
    this.#sql = sql;
    this.#queues = queues;
  }

  add({ seq, queue, priority, dueAt, task, flags }: ReadyJob): void {
    this.#queues.count(queue, "ready", 1);
    this.#sql.run(insertOne, queue, laneOf(flags), -priority, dueAt, seq, task, flags);
  }

  /** Adds a job without any flag whose facts have just been stored. */
  addNew(seq: number, queue: number): void {
    this.#queues.count(queue, "ready", 1);
    const last = this.#ranges.at(-1);
    if (last?.to === seq - 1) last.to = seq;
    else this.#ranges.push({ from: seq, to: seq });
  }

  /** Was it in there? */
  delete({ seq, queue, priority, dueAt, flags }: Omit<ReadyJob, "task">): boolean {
    this.flush();
    const found = this.#sql.run(deleteOne, queue, laneOf(flags), -priority, dueAt, seq) > 0;
    if (found) this.#queues.count(queue, "ready", -1);
    return found;
  }

  /** The first ones in a lane of a queue, which stay. */
  first(queue: number, options: { readonly lane: number; readonly limit: number }): readonly ReadyRow[] {
    this.flush();
    const values: SQLInputValue[] = [queue, options.lane, options.limit];
    return this.#sql.prepareArrays(first).all(...values) as unknown as readonly ReadyRow[];
  }

  /** Is there a job in a queue that has been lost to crashes? */
  hasCrashed(queue: number): boolean {
    return this.#sql.get(selectCrashed, queue) !== undefined;
  }

  /** Is there one in any queue? */
  haveCrashed(): boolean {
    return this.#queues.all().some(({ id, ready }) => ready > 0 && this.hasCrashed(id));
  }

  /** Moves the first plain ones of a queue, up to `last`, to a holder: so many. */
  holdFirst(queue: number, last: ReadyRow, number: number, holder: Holder & { readonly taken: number }): void {
    const { session, token, now, taken } = holder;
    this.#sql.prepare(holdFirst).run(session, token, now, taken, queue, number);
    this.#sql.prepare(deleteUpTo).run(queue, 0, last[1], last[2], last[0]);
    this.#queues.count(queue, "ready", -number);
    this.#queues.count(queue, "running", number);
  }

  /** Puts in what was only noted. */
  flush(): void {
    if (this.#ranges.length === 0) return;
    const insert = this.#sql.prepare(insertRange);
    for (const { from, to } of this.#ranges) insert.run(from, to);
    this.#ranges.length = 0;
  }

  forget(): void {
    this.#ranges.length = 0;
  }
}

function laneOf(flags: number): number {
  return 2 * crashesIn(flags) + ((flags & keyed) === 0 ? 0 : 1);
}
