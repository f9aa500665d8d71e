import type { Counts, JobPage, JobRecord, ListFilter, QueueCounts, StoredStatus } from "../contract/job-record.ts";
import { known } from "../contract/known.ts";
import type { State } from "./state.ts";
import { endOf, type StoredJob } from "./stored-job.ts";

/** How many jobs are looked at for one page. */
const lookedAtPerPage = 10_000;

/** Where a job stands, as it is shown. A job that is due ahead after an attempt that counted follows a failed one. */
function statusOf(job: StoredJob, now: number): StoredStatus {
  const { place } = job;
  if (place === "waiting") return "waiting";
  if (place === "held") return "running";
  if (place === "delayed" && job.dueAt > now) return job.attempt > 0 ? "retrying" : "scheduled";
  return endOf(place) ?? "queued";
}

/** Everything that is stored of a job. */
export function recordOf(job: StoredJob, now: number, brief: boolean): JobRecord {
  return {
    id: job.id,
    task: job.task,
    queue: job.queue,
    priority: job.priority,
    status: statusOf(job, now),
    args: brief ? "" : job.args,
    attempt: job.attempt,
    createdAt: job.createdAt,
    failures: brief ? [] : [...job.failures],
    cancelRequested: job.cancelRequested,
    parked: job.place === "parked",
    ...known({
      options: job.options,
      trace: job.trace,
      parents: job.parents,
      dueAt: job.dueAt === 0 ? undefined : job.dueAt,
      expiresAt: job.expiresAt,
      startedAt: job.startedAt,
      finishedAt: job.finishedAt,
      worker: job.worker,
      result: job.result,
      error: job.error,
      endedBy: job.endedBy,
      progress: job.progress,
    }),
  };
}

/** A page of jobs, those stored last first. */
export function listJobs(state: State, filter: ListFilter, now: number): JobPage {
  const jobs: JobRecord[] = [];
  let seq = filter.cursor === undefined ? state.jobs.lastSeq : Number(filter.cursor) - 1;
  const stop = Math.max(0, seq - lookedAtPerPage);
  for (; seq > stop && jobs.length < filter.limit; seq -= 1) {
    const job = state.jobs.at(seq);
    if (job !== undefined && fits(job, filter, now)) jobs.push(recordOf(job, now, false));
  }
  return seq > 0 ? { jobs, cursor: String(seq + 1) } : { jobs };
}

/** How much there is, up to a cap. */
export function countJobs(state: State, cap: number, now: number): Counts {
  const statuses = emptyCounts();
  const queues = new Map(state.queues.all().map((queue) => [queue.name, new QueueTally(queue)]));
  for (const job of state.jobs.all()) {
    const status = statusOf(job, now);
    statuses[status] = Math.min(cap, statuses[status] + 1);
    queues.get(job.queue)?.add(job, status);
  }
  return { statuses, queues: [...queues.values()].map((queue) => queue.counts(cap)), now };
}

class QueueTally {
  readonly #queue: { readonly name: string; readonly paused: boolean };
  #queued = 0;
  #scheduled = 0;
  #running = 0;
  #oldestDueAt = Number.POSITIVE_INFINITY;

  constructor(queue: { readonly name: string; readonly paused: boolean }) {
    this.#queue = queue;
  }

  add(job: StoredJob, status: StoredStatus): void {
    if (status === "running") this.#running += 1;
    if (status === "scheduled" || status === "retrying") this.#scheduled += 1;
    if (status !== "queued") return;
    this.#queued += 1;
    this.#oldestDueAt = Math.min(this.#oldestDueAt, job.dueAt);
  }

  counts(cap: number): QueueCounts {
    return {
      name: this.#queue.name,
      paused: this.#queue.paused,
      queued: Math.min(cap, this.#queued),
      scheduled: Math.min(cap, this.#scheduled),
      running: Math.min(cap, this.#running),
      ...(this.#queued === 0 ? {} : { oldestDueAt: this.#oldestDueAt }),
    };
  }
}

function fits(job: StoredJob, { status, task, queue }: ListFilter, now: number): boolean {
  if (task !== undefined && job.task !== task) return false;
  if (queue !== undefined && job.queue !== queue) return false;
  return status === undefined || statusOf(job, now) === status;
}

function emptyCounts(): Record<StoredStatus, number> {
  return {
    queued: 0,
    scheduled: 0,
    waiting: 0,
    running: 0,
    retrying: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    expired: 0,
  };
}
