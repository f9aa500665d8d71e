import { aDuration, toMs } from "../../base/durations.ts";
import { anAbortSignal, checkOptions, wholeNumber } from "../../base/options.ts";
import { systemClock } from "../../base/clock.ts";
import type { JobRecord } from "../../stores/contract/job-record.ts";
import type { Store } from "../../stores/contract/store.ts";
import { JobExpiredError, JobFailedError, JobNotFoundError, TimeoutError } from "../../tasks/job-errors.ts";
import {
  JobCancelledError,
  JobPendingError,
  type CancelOutcome,
  type EventsOptions,
  type Job,
  type JobDetails,
  type JobEvent,
  type JobStatus,
  type ResultOptions,
} from "../../tasks/job.ts";
import type { TaskRegistry } from "../task-registry.ts";
import { jobDetails, jobFailure, resultOf } from "./job-details.ts";
import { jobEvents } from "./job-events.ts";
import type { JobWatch } from "./job-watch.ts";
import type { Writing } from "./writing.ts";

/** Where handles look their jobs up. */
export interface JobSource {
  readonly store: Store;
  readonly registry: TaskRegistry;
  readonly watch: JobWatch;
  /** Opens the store, if nobody has. */
  readonly open: () => Promise<void>;
}

/** A handle of a job, stored or about to be. */
export class StoredJob<Result = unknown> implements Job<Result> {
  readonly id: string;
  readonly name: string;
  readonly #source: () => JobSource;
  /** Absent for a job that is in the store. */
  readonly #writing: Writing | undefined;

  constructor(id: string, name: string, source: () => JobSource, writing?: Writing) {
    this.id = id;
    this.name = name;
    this.#source = source;
    this.#writing = writing;
  }

  get deduplicated(): boolean {
    return this.#writing?.deduplicated ?? false;
  }

  async status(): Promise<JobStatus> {
    const phase = this.#writing?.phase;
    if (phase === "waiting" || phase === "writing") return "pending";
    if (phase === "dropped") return "cancelled";
    return (await this.#record({ brief: true })).status;
  }

  async result(options: ResultOptions = {}): Promise<Result> {
    checkOptions("job.result", options, { timeout: aDuration, signal: anAbortSignal });
    await this.stored();
    const ending = await this.#ended(options);
    if (ending === undefined) throw new JobNotFoundError(this.id);
    if (ending.status === "succeeded") return resultOf(ending, this.#source().registry) as Result;
    if (ending.status === "failed") throw await this.#failure(ending);
    if (ending.status === "expired") throw new JobExpiredError(this.name, this.id);
    const reason = ending.error?.message.replace(`${ending.task} was cancelled: `, "");
    throw new JobCancelledError(this.name, this.id, reason ?? "cancel() was called");
  }

  async #ended({ timeout, signal }: ResultOptions): Promise<JobRecord | undefined> {
    const { watch, open } = this.#source();
    await open();
    const mayBeMissing = this.#writing?.phase === "elsewhere";
    if (timeout === undefined)
      return watch.ended(this.id, { mayBeMissing, ...(signal === undefined ? {} : { signal }) });
    const timeoutMs = toMs(timeout, "result: timeout");
    const late = new AbortController();
    const cancel = systemClock.after(timeoutMs, () => late.abort(new TimeoutError(this.name, this.id, timeoutMs)));
    try {
      const either = signal === undefined ? late.signal : AbortSignal.any([late.signal, signal]);
      return await watch.ended(this.id, { mayBeMissing, signal: either });
    } finally {
      cancel();
    }
  }

  async #failure(ending: JobRecord): Promise<JobFailedError> {
    const [whole] = await this.#source().store.get([this.id]);
    const { error = { name: "Error", message: "no error was kept" }, failures } = whole ?? ending;
    return new JobFailedError(this.name, this.id, { error, failures: failures.map((failure) => jobFailure(failure)) });
  }

  async read(): Promise<JobDetails> {
    await this.stored();
    return jobDetails(await this.#record({}), this.#source().registry);
  }

  async progress(): Promise<unknown> {
    await this.stored();
    const { progress } = await this.#record({ brief: true });
    return progress === undefined ? undefined : JSON.parse(progress);
  }

  async *events(options: EventsOptions = {}): AsyncGenerator<JobEvent, void, undefined> {
    checkOptions("job.events", options, { after: wholeNumber(0, Number.MAX_SAFE_INTEGER), signal: anAbortSignal });
    await this.stored();
    const { store, open } = this.#source();
    await open();
    yield* jobEvents(this.id, store, options);
  }

  async cancel(): Promise<CancelOutcome> {
    const writing = this.#writing;
    if (writing?.phase === "waiting") {
      writing.drop(new JobCancelledError(this.name, this.id, "cancel() was called before it was stored"));
      return "cancelled";
    }
    if (writing?.phase === "dropped") return "terminal";
    await writing?.done();
    const { store, open } = this.#source();
    await open();
    const [outcome = "unknown"] = await store.cancel([this.id]);
    if (outcome === "unknown") throw new JobNotFoundError(this.id);
    return outcome;
  }

  async stored(): Promise<void> {
    if (this.#writing?.phase === "waiting") throw new JobPendingError(this.name, this.id);
    await this.#writing?.done();
  }

  toJSON(): { readonly id: string; readonly name: string } {
    return { id: this.id, name: this.name };
  }

  async #record(options: { readonly brief?: boolean }): Promise<JobRecord> {
    const { store, open } = this.#source();
    await open();
    const [record] = await store.get([this.id], options);
    if (record === undefined) throw new JobNotFoundError(this.id);
    return record;
  }
}
