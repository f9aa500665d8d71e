import type { CallOrigin, PreparedJob } from "../background/durable-port.ts";
import { describe } from "../base/options.ts";
import type { InsertAnswer, NewJob } from "../stores/contract/new-job.ts";
import type { Job } from "../tasks/job.ts";
import { InvalidWorkError } from "../tasks/task-errors.ts";
import { isTask } from "../tasks/task.ts";
import type { ArgsOf, JobOf } from "../tasks/work.ts";
import { conflictOf, lastOf, newJobs, PreparedCall, type CallSettings } from "./calls.ts";
import type { AnyDurable } from "../tasks/any-composition.ts";
import type { DurableWork } from "../tasks/links.ts";
import type { ScheduleDefinition } from "./schedules/schedule.ts";
import type { EngineCore } from "./engine-core.ts";
import { nextTurn } from "./next-turn.ts";
import { StoredJob, type JobSource } from "./jobs/stored-job.ts";
import { Writing } from "./jobs/writing.ts";

/** One call: its work, then its arguments. */
export type Call = readonly [work: DurableWork, ...args: readonly unknown[]];

/** Calls whose arguments are those of their works. */
export type CheckedCalls<Calls> = {
  readonly [Place in keyof Calls]: Calls[Place] extends readonly [infer W extends DurableWork, ...(readonly unknown[])]
    ? readonly [W, ...ArgsOf<W>]
    : Call;
};

/** The jobs of calls, in their order. */
export type JobsOf<Calls> = {
  -readonly [Place in keyof Calls]: Calls[Place] extends readonly [infer W, ...(readonly unknown[])] ? JobOf<W> : Job;
};

/** What a client works with. */
export interface ClientParts {
  core(): EngineCore;
  readonly calls: CallSettings;
  readonly source: () => JobSource;
  /** Something is being stored that may be claimed at once: who works here should look in the same turn. */
  readonly onEager: () => void;
}

/** A chunk that holds up the event loop for no more than a few milliseconds, unless a store likes larger ones. */
const chunkSize = 500;

/** Calls that are stored together, with all of their jobs in one list. */
interface Chunk {
  /** The transaction of the user's own in which they are. */
  readonly tx: unknown;
  readonly names: string[];
  /** Where the jobs of each call end. */
  readonly ends: number[];
  readonly jobs: NewJob[];
}

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

  /** Stores many calls in chunks, in their order. All are checked before any is stored. */
  async enqueueMany(calls: Iterable<Call>): Promise<StoredJob[]> {
    const core = this.#parts.core();
    const chunks = await this.#prepareMany([...calls], Math.max(chunkSize, core.store.capabilities.goodBatch));
    if (!core.isOpen) await core.open();
    const handles: StoredJob[] = [];
    let storing: Promise<readonly InsertAnswer[]> | undefined;
    for (const [index, chunk] of chunks.entries()) {
      storing ??= this.#insertChunk(core, chunk);
      const next = chunks[index + 1];
      const isNextOurs = next !== undefined && next.tx === undefined;
      if (isNextOurs) core.store.prepareInsert?.(next.jobs);
      const answers = await storing;
      // One after the other, for the order of storing is that of the calls; the next one is on its way while this one is answered.
      storing = isNextOurs ? this.#insertChunk(core, next) : undefined;
      this.#addHandles(handles, chunk, answers);
    }
    return handles;
  }

  #insertChunk(core: EngineCore, { jobs, tx }: Chunk): Promise<readonly InsertAnswer[]> {
    const inserting = core.store.insert(jobs, tx);
    if (tx === undefined) this.#parts.onEager();
    // If the one before it fails, nobody asks what became of this one.
    inserting.catch(() => {});
    return inserting;
  }

  /** Others have their turn after each chunk, for there may be any number. */
  async #prepareMany(calls: readonly Call[], size: number): Promise<readonly Chunk[]> {
    const chunks: Chunk[] = [];
    for (let start = 0; start < calls.length; start += size) {
      if (start > 0) await nextTurn();
      let chunk: Chunk | undefined;
      for (const call of calls.slice(start, start + size)) {
        if (!Array.isArray(call)) throw notACall(call);
        const [work, ...args] = call as Call;
        const tx = txOf(work);
        if (chunk === undefined || chunk.tx !== tx) chunks.push((chunk = { tx, names: [], ends: [], jobs: [] }));
        for (const job of newJobs(work, args, this.#parts.calls, noOrigin)) chunk.jobs.push(job);
        chunk.names.push(work.name);
        chunk.ends.push(chunk.jobs.length);
      }
    }
    return chunks;
  }

  #addHandles(handles: StoredJob[], { tx, names, ends, jobs }: Chunk, answers: readonly InsertAnswer[]): void {
    const phase = tx === undefined ? "stored" : "elsewhere";
    let start = 0;
    for (let index = 0; index < names.length; index += 1) {
      const [name, end] = [names[index] as string, ends[index] as number];
      const last = answers[end - 1] as InsertAnswer;
      const isPlain = end - start === 1 && !last.deduplicated && tx === undefined;
      handles.push(
        isPlain
          ? new StoredJob(last.id, name, this.#parts.source)
          : this.#handle(name, jobs.slice(start, end), answers.slice(start, end), phase),
      );
      start = end;
    }
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
    const conflict = conflictOf(name, jobs, answers);
    if (conflict !== undefined) throw conflict;
    const { id, deduplicated } = lastOf(answers);
    if (phase === "stored" && !deduplicated) return new StoredJob(id, name, this.#parts.source);
    const writing = new Writing();
    writing.finish(phase, deduplicated);
    return new StoredJob(id, name, this.#parts.source, writing);
  }
}

function notACall(call: unknown): InvalidWorkError {
  return new InvalidWorkError(`engine.enqueueMany: expected calls, [task, ...args], got ${describe(call)}`);
}

function txOf(work: AnyDurable): unknown {
  return isTask(work) ? work.options.tx : undefined;
}

function isDueAtOnce({ delayMs, runAt, parents }: NewJob): boolean {
  return delayMs === undefined && runAt === undefined && parents === undefined;
}
