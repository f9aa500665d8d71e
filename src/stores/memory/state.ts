import { Admission } from "./admission.ts";
import { DueTimes } from "./due-times.ts";
import { Gates } from "./gates.ts";
import { Heap } from "./heap.ts";
import { JobBook } from "./job-book.ts";
import { ReadyQueues } from "./ready-queues.ts";
import { Schedules } from "./schedules.ts";
import { Sessions } from "./sessions.ts";
import type { StoredJob } from "./stored-job.ts";
import { UniqueKeys } from "./unique-keys.ts";
import { Wakes } from "./wakes.ts";

/** Everything that the memory store remembers. */
export class State {
  readonly jobs: JobBook = new JobBook();
  readonly keys: UniqueKeys = new UniqueKeys();
  readonly sessions: Sessions = new Sessions();
  readonly schedules: Schedules = new Schedules();
  readonly wakes: Wakes = new Wakes();
  readonly queues: ReadyQueues = new ReadyQueues();
  readonly gates: Gates = new Gates();
  readonly due: DueTimes = new DueTimes();
  /** The jobs that expire if they are not claimed. */
  readonly expiring: Heap<StoredJob> = new Heap((a, b) => isEarlier(a, b, expiryOf));
  /** The jobs that have ended, and are forgotten after a while. */
  readonly kept: Heap<StoredJob> = new Heap((a, b) => isEarlier(a, b, keptUntil));
  readonly admission: Admission = new Admission(this);
}

/** When a job that has ended may be forgotten. */
export function keptUntil(job: StoredJob): number {
  return (job.finishedAt ?? 0) + (job.place === "succeeded" ? job.keep.succeededMs : job.keep.failedMs);
}

function expiryOf(job: StoredJob): number {
  return job.expiresAt ?? Number.POSITIVE_INFINITY;
}

function isEarlier(a: StoredJob, b: StoredJob, timeOf: (job: StoredJob) => number): boolean {
  const [timeA, timeB] = [timeOf(a), timeOf(b)];
  return timeA === timeB ? a.seq < b.seq : timeA < timeB;
}
