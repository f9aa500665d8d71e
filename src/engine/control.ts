import { aString, checkOptions, expected, oneOf, wholeNumber, type OptionRule } from "../base/options.ts";
import { storedStatuses, type Counts, type StoredStatus } from "../stores/contract/job-record.ts";
import type { Store } from "../stores/contract/store.ts";
import type { AnyTask } from "../tasks/any-task.ts";
import { aQueue } from "../tasks/durable-options.ts";
import { JobNotFoundError } from "../tasks/job-errors.ts";
import type { CancelOutcome, JobDetails } from "../tasks/job.ts";
import { isTask } from "../tasks/task.ts";
import { jobDetails } from "./jobs/job-details.ts";
import type { TaskRegistry } from "./task-registry.ts";

/** Which jobs to list. */
export interface JobsFilter {
  readonly status?: StoredStatus;
  /** A task, or its name. */
  readonly task?: AnyTask | string;
  readonly queue?: string;
  /** At most this many. Default 50, at most 1,000. */
  readonly limit?: number;
  /** Where the last page ended. */
  readonly cursor?: string | undefined;
}

/** A page of jobs, those stored last first. */
export interface JobsPage {
  readonly jobs: readonly JobDetails[];
  /** Where the next page begins; absent at the end. A page may be short, even empty, and not be the last. */
  readonly cursor?: string;
}

/** What `retry` did: due again; it has not ended; it succeeded; another job has its unique key; its parent is to be retried. */
export type RetryOutcome = "retried" | "active" | "succeeded" | "conflict" | "parent";

/** What `remove` did: forgotten; it has not ended; another job needs its result. */
export type RemoveOutcome = "removed" | "active" | "needed";

/** Past this many, a number means "at least". */
const countCap = 10_000;

/** All stores number their jobs. */
const aCursor: OptionRule = {
  expected: "the cursor of a page",
  accepts: (value) => typeof value === "string" && /^\d{1,15}$/.test(value),
};

/** What can be seen and done of stored jobs. */
export abstract class Control {
  protected abstract openStore(): Promise<Store>;
  protected abstract get registry(): TaskRegistry;

  /** A page of jobs. @throws {InvalidOptionError} */
  async jobs(filter: JobsFilter = {}): Promise<JobsPage> {
    const { status, task, queue, limit = 50, cursor } = filter;
    const name = isTask(task) ? task.name : task;
    checkOptions(
      "engine.jobs",
      { ...filter, task: name },
      {
        status: oneOf(...storedStatuses),
        task: aString,
        queue: aString,
        limit: wholeNumber(1, 1_000),
        cursor: aCursor,
      },
    );
    const store = await this.openStore();
    const page = await store.list({
      limit,
      ...(status === undefined ? {} : { status }),
      ...(name === undefined ? {} : { task: name }),
      ...(queue === undefined ? {} : { queue }),
      ...(cursor === undefined ? {} : { cursor }),
    });
    const jobs = page.jobs.map((record) => jobDetails(record, this.registry));
    return page.cursor === undefined ? { jobs } : { jobs, cursor: page.cursor };
  }

  /** How many jobs there are, by status and by queue. Every number is counted up to 10,000. */
  async counts(): Promise<Counts> {
    return (await this.openStore()).counts(countCap);
  }

  /** @throws {JobNotFoundError} */
  cancel(id: string): Promise<CancelOutcome> {
    return this.#one(id, "engine.cancel", (store, ids) => store.cancel(ids));
  }

  /** Makes a job due again that has failed, expired or was cancelled. @throws {JobNotFoundError} */
  retry(id: string): Promise<RetryOutcome> {
    return this.#one(id, "engine.retry", (store, ids) => store.retry(ids));
  }

  /** Forgets a job that has ended. @throws {JobNotFoundError} */
  remove(id: string): Promise<RemoveOutcome> {
    return this.#one(id, "engine.remove", (store, ids) => store.remove(ids));
  }

  /** Nothing of this queue is started any more; what runs goes on. */
  async pause(queue: string): Promise<void> {
    await this.#setPaused(queue, true);
  }

  /** The queue is served again, at once. */
  async resume(queue: string): Promise<void> {
    await this.#setPaused(queue, false);
  }

  async #setPaused(queue: string, paused: boolean): Promise<void> {
    if (!aQueue.accepts(queue)) throw expected(paused ? "engine.pause" : "engine.resume", aQueue.expected, queue);
    await (await this.openStore()).setQueue(queue, { paused });
  }

  async #one<Outcome extends string>(
    id: string,
    owner: string,
    act: (store: Store, ids: readonly string[]) => Promise<readonly (Outcome | "unknown")[]>,
  ): Promise<Exclude<Outcome, "unknown">> {
    if (!aString.accepts(id)) throw expected(owner, "the id of a job", id);
    const [outcome = "unknown"] = await act(await this.openStore(), [id]);
    if (outcome === "unknown") throw new JobNotFoundError(id);
    return outcome as Exclude<Outcome, "unknown">;
  }
}
