import { toError } from "../base/errors.ts";
import type { AnyDurable } from "../tasks/any-composition.ts";
import type { Job } from "../tasks/job.ts";
import { JobConflictError } from "../tasks/job-errors.ts";
import { EngineMissingError } from "../tasks/task-errors.ts";
import { StoreUnavailableError, type DurablePort, type PreparedJob } from "./durable-port.ts";
import type { RunWhen } from "./in-process-job.ts";

/** What durable calls need around them. */
export interface DurableHost {
  readonly engine: DurablePort | undefined;
  /** A durable task was added too late for anybody to be told that it could not be stored. */
  reportUnstored(job: Job, error: unknown): void;
}

interface Entry {
  readonly when: RunWhen;
  readonly prepared: PreparedJob;
}

/** The durable tasks of one request or attempt, until they are in the store. */
export class DurableList {
  readonly #host: DurableHost;
  #entries: Entry[] = [];
  #writing: { readonly when: RunWhen; readonly done: Promise<void> }[] = [];
  #sealed: boolean;

  /** `sealed`: from the start, everything is stored at the call. */
  constructor(host: DurableHost, sealed: boolean) {
    this.#host = host;
    this.#sealed = sealed;
  }

  /** @throws {EngineMissingError} @throws {UnknownTaskError} */
  add(when: RunWhen, work: AnyDurable, args: readonly unknown[], trace: string | undefined): Job {
    const { engine } = this.#host;
    if (engine === undefined) throw new EngineMissingError(work.name);
    const prepared = engine.prepare(work, args, trace === undefined ? {} : { trace });
    if (prepared.writing !== undefined) this.#await(when, prepared.writing);
    else if (this.#sealed && when !== "failure") this.#storeLate([prepared]);
    else this.#entries.push({ when, prepared });
    return prepared.job;
  }

  #await(when: RunWhen, done: Promise<void>): void {
    // It may fail long before somebody waits for it.
    done.catch(() => {});
    this.#writing.push({ when, done });
  }

  /** Stores what is due in one batch; `undefined` when nothing is. @throws {StoreUnavailableError} when the store does. */
  store(failed: boolean): undefined | Promise<void> {
    const due = this.take(failed);
    if (this.#writing.length > 0) return this.#writeAndStore(due);
    return due.length === 0 ? undefined : this.#store(due);
  }

  /** Waits for what is being written in transactions of the user's own; rejects when one of these writes failed. */
  writes(): undefined | Promise<void> {
    if (this.#writing.length === 0) return undefined;
    const writing = Promise.all(this.#writing.map(({ done }) => done));
    this.#writing = [];
    return writing.then(() => {});
  }

  async #writeAndStore(due: readonly PreparedJob[]): Promise<void> {
    await this.writes();
    if (due.length > 0) await this.#store(due);
  }

  /** Stores what is left and due, and from now on everything at the call. */
  seal(failed: boolean): void {
    this.#sealed = true;
    const due = this.take(failed);
    if (due.length > 0) this.#storeLate(due);
  }

  /** A write in a transaction that is rolled back now is no longer waited for. */
  drop(which: (when: RunWhen) => boolean, reason: string): void {
    if (this.#writing.length > 0) this.#writing = this.#writing.filter(({ when }) => !which(when));
    if (this.#entries.length === 0) return;
    for (const { when, prepared } of this.#entries) if (which(when)) prepared.drop(new Error(reason));
    this.#entries = this.#entries.filter(({ when }) => !which(when));
  }

  /** Hands over what is due. */
  take(failed: boolean): readonly PreparedJob[] {
    if (this.#entries.length === 0) return [];
    const due = this.#entries.filter(({ when }) => when !== "failure" || failed);
    this.#entries = this.#entries.filter((entry) => !due.includes(entry));
    return due.map(({ prepared }) => prepared);
  }

  async #store(batch: readonly PreparedJob[]): Promise<void> {
    try {
      await this.#host.engine?.store(batch);
    } catch (error) {
      for (const prepared of batch) prepared.drop(toError(error));
      throw error instanceof JobConflictError ? error : new StoreUnavailableError(error);
    }
  }

  #storeLate(batch: readonly PreparedJob[]): void {
    this.#store(batch).catch((error: unknown) => {
      for (const prepared of batch) this.#host.reportUnstored(prepared.job, error);
    });
  }
}
