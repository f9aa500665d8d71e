import type { ClaimAnswer, ClaimedJob } from "../contract/claim.ts";
import type { Row } from "./client/database.ts";

/** The last row of the answer of `claim`. */
export interface ClaimHead {
  readonly ended: boolean;
  readonly now: number;
  readonly more?: boolean;
  readonly nextDueInMs?: number | null;
  readonly parked?: ClaimAnswer["parked"] | null;
  /** How long the longest look at a queue took the server, in milliseconds. */
  readonly tookMs?: number;
  /** How many rows of the ready queues are dead, where that look was long. */
  readonly dead?: number | null;
}

/** The answer of `claim`, read. */
export function readClaim(rows: readonly Row[]): {
  readonly head: ClaimHead;
  readonly answer: ClaimAnswer;
} {
  const head = JSON.parse(String(rows.at(-1)?.["head"])) as ClaimHead;
  const { ended, now, more = false, nextDueInMs, parked } = head;
  const answer: ClaimAnswer = {
    jobs: rows.slice(0, -1).map(claimedJob),
    more,
    parked: parked ?? [],
    ended,
    now,
    ...(nextDueInMs === null || nextDueInMs === undefined ? undefined : { nextDueInMs }),
  };
  return { head, answer };
}

interface ClaimedRow {
  readonly job_id: string;
  readonly task: string;
  readonly queue: string;
  readonly priority: number;
  readonly args: string;
  readonly options: string | null;
  readonly trace: string | null;
  readonly parents: string | null;
  readonly attempt: number;
  readonly has_steps: boolean;
  readonly is_keyed: boolean;
  readonly created_at: unknown;
  readonly due_at: unknown;
}

function claimedJob(row: Row): ClaimedJob {
  const {
    job_id: id,
    task,
    queue,
    priority,
    args,
    options,
    trace,
    parents,
    attempt,
    ...rest
  } = row as unknown as ClaimedRow;
  return {
    id,
    task,
    queue,
    priority,
    args,
    ...(options === null ? undefined : { options }),
    ...(trace === null ? undefined : { trace }),
    ...(parents === null ? undefined : { parents: JSON.parse(parents) as readonly string[] }),
    attempt,
    hasSteps: rest.has_steps,
    keyed: rest.is_keyed,
    createdAt: Number(rest.created_at),
    dueAt: Number(rest.due_at),
  };
}
