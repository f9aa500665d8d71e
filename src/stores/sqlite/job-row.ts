import type { NewJob } from "../contract/new-job.ts";
import type { Core } from "./core.ts";
import { flag, selectFlags } from "./flags.ts";
import { fromHex, idOf } from "./job-id.ts";
import type { Standing } from "./queues.ts";

/** What a job asked for that most don't ask for. */
export type Rules = Pick<NewJob, "delayMs" | "runAt" | "unique" | "concurrency" | "rate" | "parents">;

/** How a job can end. */
export type End = Extract<Standing, "succeeded" | "failed" | "cancelled" | "expired">;

/** The ends by the numbers under which they are stored. */
export const ends: readonly End[] = ["succeeded", "failed", "cancelled", "expired"];

/** The end of a number. */
export function endOf(number: number | null): End {
  return ends[number ?? 0] ?? "failed";
}

/** All that transitions need of one job, wherever it stands. */
export interface JobRow {
  readonly seq: number;
  readonly hex: string;
  readonly task: number;
  readonly queue: number;
  readonly priority: number;
  readonly flags: number;
  readonly policy: number;
  readonly createdAt: number;
  readonly dueAt: number | null;
  readonly expiresAt: number | null;
  readonly concurrency: number | null;
  readonly rate: number | null;
  readonly rules: string | null;
  /** How many have counted; the one that runs included. */
  readonly attempts: number;
  readonly onlyCrashes: number;
  readonly startedAt: number | null;
  readonly worker: number | null;
  /** The token under which it was settled last. */
  readonly settledToken: number | null;
  /** Of the one who holds it. */
  readonly session: number | null;
  readonly token: number | null;
  /** How many parents it still waits for. */
  readonly waiting: number | null;
  readonly parked: number | null;
  /** Was it asked to stop? */
  readonly stop: number;
  /** Of a job that has ended: the index in {@link ends}. */
  readonly end: number | null;
  readonly endedBy: string | null;
}

const selectJob = `select
    j.seq, hex(j.id) as hex, j.task, j.queue, j.priority, j.policy,
    ${selectFlags} as flags, j.created_at as createdAt,
    coalesce(c.due_at, j.due_at) as dueAt, j.expires_at as expiresAt, j.concurrency, j.rate, j.rules,
    coalesce(h.attempt, c.attempts, 0) as attempts, coalesce(c.only_crashes, 1) as onlyCrashes,
    coalesce(h.started_at, o.started_at, c.started_at) as startedAt, coalesce(s.name, o.worker, c.worker) as worker,
    coalesce(o.token, c.token) as settledToken, h.session, h.token,
    w.parents as waiting, p.seq as parked, coalesce(h.stop, o.stop, 0) as stop, o.status as "end", nullif(hex(o.ended_by), '') as endedBy
  from afterwork_job j
    left join afterwork_course c on c.seq = j.seq
    left join afterwork_claimed h on h.seq = j.seq
    left join afterwork_session s on s.id = h.session
    left join afterwork_waiting w on w.seq = j.seq
    left join afterwork_parked p on p.queue = j.queue and p.task = j.task and p.seq = j.seq
    left join afterwork_outcome o on o.seq = j.seq
  where j.seq = ?`;

/** Everything about one job. Costs many look-ups, so jobs that go straight through do without. */
export function readJob(core: Core, seq: number): JobRow {
  const row = core.sql.get<JobRow>(selectJob, seq);
  if (row === undefined) throw new Error(`the job number ${seq} is missing`);
  return row;
}

/** The number of a job by its id or an alias. */
export function findSeq(core: Core, id: string): number | undefined {
  const own = core.sql.get<{ seq: number }>(`select seq from afterwork_job where id = ${idOf}`, id);
  return own?.seq ?? findAlias(core, id);
}

/** The number of the job that an alias stands for. */
export function findAlias(core: Core, id: string): number | undefined {
  if (!core.presence.of("alias")) return undefined;
  return core.sql.get<{ seq: number }>(`select seq from afterwork_alias where id = ${idOf}`, id)?.seq;
}

export function idOfRow({ hex }: Pick<JobRow, "hex">): string {
  return fromHex(hex);
}

export function rulesOf({ rules }: Pick<JobRow, "rules">): Rules {
  return rules === null ? {} : (JSON.parse(rules) as Rules);
}

export function has({ flags }: Pick<JobRow, "flags">, which: keyof typeof flag): boolean {
  return (flags & flag[which]) !== 0;
}
