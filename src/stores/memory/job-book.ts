import type { NewJob } from "../contract/new-job.ts";
import { StoredJob } from "./stored-job.ts";

/** All jobs, by their ids, their aliases and the order in which they were stored. */
export class JobBook {
  readonly #byId = new Map<string, StoredJob>();
  readonly #bySeq = new Map<number, StoredJob>();
  #lastSeq = 0;

  /** The number of the job that was stored last. */
  get lastSeq(): number {
    return this.#lastSeq;
  }

  /** A job by its own id or by an alias of it. */
  find(id: string): StoredJob | undefined {
    return this.#byId.get(id);
  }

  at(seq: number): StoredJob | undefined {
    return this.#bySeq.get(seq);
  }

  add(job: NewJob, now: number): StoredJob {
    this.#lastSeq += 1;
    const stored = new StoredJob(job, this.#lastSeq, now);
    this.#byId.set(stored.id, stored);
    this.#bySeq.set(stored.seq, stored);
    return stored;
  }

  addAlias(alias: string, job: StoredJob): void {
    job.aliases.push(alias);
    this.#byId.set(alias, job);
  }

  /** Forgets a job and its aliases. */
  delete(job: StoredJob): void {
    for (const alias of job.aliases) this.#byId.delete(alias);
    this.#byId.delete(job.id);
    this.#bySeq.delete(job.seq);
  }

  /** In the order of storing. */
  all(): Iterable<StoredJob> {
    return this.#bySeq.values();
  }
}
