import type { StoredJob } from "./stored-job.ts";

interface Taken {
  readonly job: StoredJob;
  /** Absent: until the job has ended. */
  readonly until: number | undefined;
}

/** Which job has which unique key. */
export class UniqueKeys {
  readonly #taken = new Map<string, Taken>();

  /** The job that has a key now. */
  holder(key: string, now: number): StoredJob | undefined {
    const taken = this.#taken.get(key);
    if (taken?.until === undefined || taken.until > now) return taken?.job;
    this.#taken.delete(key);
    return undefined;
  }

  /** Whoever had the key before has it no more. */
  take(job: StoredJob, now: number): void {
    if (job.unique === undefined) return;
    const { key, forMs } = job.unique;
    this.#taken.set(key, { job, until: forMs === undefined ? undefined : now + forMs });
  }

  /** Takes the key of a job that has ended and comes back; `false`: another one has it. */
  retake(job: StoredJob, now: number): boolean {
    if (job.unique === undefined || job.unique.forMs !== undefined) return true;
    const holder = this.holder(job.unique.key, now);
    if (holder !== undefined && holder !== job) return false;
    this.take(job, now);
    return true;
  }

  /** The job has ended: a key that it had until then is free. */
  endOf(job: StoredJob): void {
    if (job.unique?.forMs === undefined) this.forget(job);
  }

  /** The job is no more: whatever key it had is free. */
  forget(job: StoredJob): void {
    const key = job.unique?.key;
    if (key !== undefined && this.#taken.get(key)?.job === job) this.#taken.delete(key);
  }
}
