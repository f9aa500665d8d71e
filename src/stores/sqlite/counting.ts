import { storedStatuses, type Counts, type QueueCounts, type StoredStatus } from "../contract/job-record.ts";
import { Queues, type Queue } from "./queues.ts";
import { lanes } from "./ready-jobs.ts";
import type { Statements } from "./statements.ts";

/** More are not looked at one by one. */
const mostLookedAt = 20_000;

/** How much there is, up to a cap. Costs by the number of queues, not of jobs. */
export function countJobs(sql: Statements, cap: number, now: number): Counts {
  const queues = new Queues(sql);
  queues.load();
  const all = queues.all().map((queue) => tally(sql, queue, now));
  const statuses = Object.fromEntries(
    storedStatuses.map((status) => [status, Math.min(cap, sum(all.map((each) => each.statuses[status])))]),
  ) as Record<StoredStatus, number>;
  return { statuses, queues: all.map((each) => countsOf(each, cap)), now };
}

interface Tally {
  readonly name: string;
  readonly paused: boolean;
  readonly statuses: Readonly<Record<StoredStatus, number>>;
  readonly oldestDueAt: number | undefined;
}

function tally(sql: Statements, queue: Queue, now: number): Tally {
  const due = { scheduled: dueOf(sql, queue, now, 0), retrying: dueOf(sql, queue, now, 1) };
  const { ready, blocked, parked, waiting, running, succeeded, failed, cancelled, expired } = queue;
  const statuses = {
    queued: ready + blocked + parked + due.scheduled + due.retrying,
    scheduled: queue.scheduled - due.scheduled,
    retrying: queue.retrying - due.retrying,
    waiting,
    running,
    succeeded,
    failed,
    cancelled,
    expired,
  };
  const oldestDueAt = statuses.queued === 0 ? undefined : oldestOf(sql, queue);
  return { name: queue.name, paused: queue.paused === 1, statuses, oldestDueAt };
}

function countsOf({ name, paused, statuses, oldestDueAt }: Tally, cap: number): QueueCounts {
  return {
    name,
    paused,
    queued: Math.min(cap, statuses.queued),
    scheduled: Math.min(cap, statuses.scheduled + statuses.retrying),
    running: Math.min(cap, statuses.running),
    ...(oldestDueAt === undefined ? {} : { oldestDueAt }),
  };
}

/** How many are due that no claim has moved yet. */
function dueOf(sql: Statements, queue: Queue, now: number, retrying: 0 | 1): number {
  if ((retrying === 1 ? queue.retrying : queue.scheduled) === 0) return 0;
  const select = `select count(*) as number from (select retrying from afterwork_scheduled
    where queue = ? and due_at <= ? limit ${mostLookedAt}) where retrying = ?`;
  return sql.get<{ number: number }>(select, queue.id, now, retrying)?.number ?? 0;
}

const nextRank = `select rank, due_at as dueAt from afterwork_ready
  where queue = ? and lane = ? and rank > ? order by rank, due_at limit 1`;

/** Of each priority the first one waits longest, so one step per priority is enough. */
function oldestReady(sql: Statements, queue: Queue, lane: number): number | undefined {
  let oldest: number | undefined;
  let rank = Number.MIN_SAFE_INTEGER;
  for (;;) {
    const first = sql.get<{ rank: number; dueAt: number }>(nextRank, queue.id, lane, rank);
    if (first === undefined) return oldest;
    oldest = Math.min(oldest ?? first.dueAt, first.dueAt);
    rank = first.rank;
  }
}

function oldestOf(sql: Statements, queue: Queue): number | undefined {
  const found: (number | null | undefined)[] = lanes.map((lane) => oldestReady(sql, queue, lane));
  const look = (select: string): void => {
    found.push(sql.get<{ dueAt: number | null }>(select, queue.id)?.dueAt);
  };
  if (queue.scheduled + queue.retrying > 0)
    look("select min(due_at) as dueAt from afterwork_scheduled where queue = ?");
  if (queue.parked > 0) look(oldestParked);
  if (queue.blocked > 0) look(oldestBlocked);
  const known = found.filter((dueAt) => typeof dueAt === "number");
  return known.length === 0 ? undefined : Math.min(...known);
}

const oldestParked = `select min(due_at) as dueAt from (
    select due_at from afterwork_parked where queue = ? limit ${mostLookedAt})`;
const oldestBlocked = `select min(b.due_at) as dueAt from (
    select seq, due_at from afterwork_blocked limit ${mostLookedAt}) b join afterwork_job j on j.seq = b.seq where j.queue = ?`;

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
