import type {
  Counts,
  ErrorRecord,
  FailedAttempt,
  JobRecord,
  QueueCounts,
  StoredStatus,
} from "../contract/job-record.ts";
import { storedStatuses } from "../contract/job-record.ts";
import { known } from "../contract/known.ts";
import type { Row } from "./client/database.ts";
import { maybeNumber, maybeText, numberIn, textIn } from "./row.ts";

/** A row of the type `job_record`, read. */
export function jobRecord(row: Row): JobRecord {
  const error = maybeText(row, "error");
  const parents = maybeText(row, "parents");
  return {
    id: textIn(row, "id"),
    task: textIn(row, "task"),
    queue: textIn(row, "queue"),
    priority: numberIn(row, "priority"),
    status: textIn(row, "status") as StoredStatus,
    args: textIn(row, "args"),
    attempt: numberIn(row, "attempts"),
    createdAt: numberIn(row, "created_at"),
    failures: failuresIn(maybeText(row, "failures")),
    cancelRequested: row["cancel_requested"] === true,
    parked: row["parked"] === true,
    ...known({
      options: maybeText(row, "options"),
      trace: maybeText(row, "trace"),
      parents: parents === undefined ? undefined : (JSON.parse(parents) as readonly string[]),
      dueAt: maybeNumber(row, "due_at"),
      expiresAt: maybeNumber(row, "expires_at"),
      startedAt: maybeNumber(row, "started_at"),
      finishedAt: maybeNumber(row, "finished_at"),
      worker: maybeText(row, "worker"),
      result: maybeText(row, "result"),
      error: error === undefined ? undefined : (JSON.parse(error) as ErrorRecord),
      endedBy: maybeText(row, "ended_by"),
      progress: maybeText(row, "progress"),
    }),
  };
}

type KeptFailure = Omit<FailedAttempt, "error"> & { readonly error: string };

function failuresIn(text: string | undefined): readonly FailedAttempt[] {
  if (text === undefined) return [];
  const failures = JSON.parse(text) as readonly KeptFailure[];
  return failures.map(({ error, ...rest }) => ({ ...rest, error: JSON.parse(error) as ErrorRecord }));
}

/** The rows of `count_jobs`, read. */
export function countsIn(rows: readonly Row[], cap: number): Counts {
  const statuses = Object.fromEntries(storedStatuses.map((status) => [status, 0])) as Record<StoredStatus, number>;
  const queues = new Map<string, Writable<QueueCounts>>();
  let now = 0;
  for (const row of rows) {
    const kind = textIn(row, "kind");
    const number = numberIn(row, "number");
    if (kind === "now") {
      now = number;
      continue;
    }
    statuses[kind as StoredStatus] = Math.min(cap, statuses[kind as StoredStatus] + number);
    const name = maybeText(row, "name");
    if (name !== undefined) addTo(queueOf(queues, name), row, { kind, number, cap });
  }
  return { statuses, queues: [...queues.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)), now };
}

type Writable<Facts> = { -readonly [Name in keyof Facts]: Facts[Name] };

function queueOf(queues: Map<string, Writable<QueueCounts>>, name: string): Writable<QueueCounts> {
  const queue = queues.get(name) ?? { name, paused: false, queued: 0, scheduled: 0, running: 0 };
  queues.set(name, queue);
  return queue;
}

function addTo(
  queue: Writable<QueueCounts>,
  row: Row,
  { kind, number, cap }: { readonly kind: string; readonly number: number; readonly cap: number },
): void {
  if (row["paused"] === true) queue.paused = true;
  const place = kind === "retrying" ? "scheduled" : kind;
  if (place === "queued" || place === "scheduled" || place === "running") {
    queue[place] = Math.min(cap, queue[place] + number);
  }
  const oldest = maybeNumber(row, "oldest");
  if (oldest !== undefined) queue.oldestDueAt = oldest;
}
