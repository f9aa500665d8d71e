import type { CallOrigin, PreparedJob } from "../background/durable-port.ts";
import type { InsertAnswer, NewJob } from "../stores/contract/new-job.ts";
import { handleOf, newJobs, PreparedCall, txOf } from "./calls.ts";
import type { ClientParts } from "./client-parts.ts";
import type { AnyDurable } from "../tasks/any-composition.ts";
import type { ScheduleDefinition } from "./schedules/schedule.ts";
import { enqueueMany, type Call } from "./enqueue-many.ts";
import type { StoredJob } from "./jobs/stored-job.ts";

const noOrigin: CallOrigin = {};

/** Makes jobs of calls and stores them. */
export class EngineClient {
  readonly #parts: ClientParts;

  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  /** Stores one call. @throws {JobConflictError} */
  async enqueue(work: AnyDurable, args: readonly unknown[]): Promise<StoredJob> {
    const core = this.#parts.core();
    const jobs = newJobs(work, args, this.#parts.calls, noOrigin);
    if (!core.isOpen) await core.open();
    const tx = txOf(work);
    if (tx !== undefined) return this.#handle(work.name, jobs, await core.store.insert(jobs, tx), "elsewhere");
    return this.#handle(work.name, jobs, await this.#insert(jobs), "stored");
  }

  /** Stores many calls, in their order. All are checked before any is stored. */
  enqueueMany(calls: Iterable<Call>): Promise<StoredJob[]> {
    return enqueueMany(this.#parts, calls);
  }

  /** Makes the jobs of a call that a request, or an attempt, will store. */
  prepare(work: AnyDurable, args: readonly unknown[], origin: CallOrigin): PreparedJob {
    const jobs = newJobs(work, args, this.#parts.calls, origin);
    const tx = txOf(work);
    const call = new PreparedCall(work.name, jobs, this.#parts.source);
    if (tx === undefined) return call;
    return { job: call.job, drop: (reason) => call.drop(reason), writing: this.#writeWithin(call, tx) };
  }

  async #writeWithin(call: PreparedCall, tx: unknown): Promise<void> {
    const core = this.#parts.core();
    try {
      if (!core.isOpen) await core.open();
      call.stored(await core.store.insert(call.jobs, tx), "elsewhere");
    } catch (error) {
      call.drop(error as Error);
      throw error;
    }
  }

  /**
   * Stores what was prepared, in one write. What may be rejected is stored before, call by call, because nothing else may
   * be stored if it is.
   *
   * @throws {JobConflictError}
   */
  async store(calls: readonly PreparedJob[]): Promise<void> {
    const wanted = calls.filter((call) => call instanceof PreparedCall && call.begin()) as PreparedCall[];
    if (wanted.length === 0) return;
    const core = this.#parts.core();
    if (!core.isOpen) await core.open();
    const risky = wanted.filter((call) => call.mayBeRejected);
    if (risky.length === 0) return this.#storeTogether(wanted);
    for (const call of risky) await this.#storeTogether([call]);
    const rest = wanted.filter((call) => !risky.includes(call));
    if (rest.length > 0) await this.#storeTogether(rest);
  }

  async #storeTogether(calls: readonly PreparedCall[]): Promise<void> {
    const [only] = calls;
    const jobs = calls.length === 1 && only !== undefined ? only.jobs : calls.flatMap((call) => call.jobs);
    const answers = await this.#insert(jobs, true);
    let from = 0;
    for (const call of calls) {
      call.stored(answers.slice(from, from + call.jobs.length), "stored");
      from += call.jobs.length;
    }
  }

  #insert(jobs: readonly NewJob[], isPatient = false): Promise<readonly InsertAnswer[]> {
    const onWrite = jobs.some(isDueAtOnce) ? this.#parts.onEager : undefined;
    return this.#parts.core().inserter.insert(jobs, { onWrite, isPatient });
  }

  /** The jobs of one slot of a schedule. */
  jobsOfSlot({ work, args }: ScheduleDefinition): readonly NewJob[] {
    return newJobs(work, args, this.#parts.calls, {});
  }

  #handle(
    name: string,
    jobs: readonly NewJob[],
    answers: readonly InsertAnswer[],
    phase: "stored" | "elsewhere",
  ): StoredJob {
    return handleOf({ name, jobs, source: this.#parts.source }, answers, phase);
  }
}

function isDueAtOnce({ delayMs, runAt, parents }: NewJob): boolean {
  return delayMs === undefined && runAt === undefined && parents === undefined;
}
