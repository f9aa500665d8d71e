import { newId } from "../base/ids.ts";
import type { CallOrigin, PreparedJob } from "../background/durable-port.ts";
import type { Keep, NewJob } from "../stores/contract/new-job.ts";
import type { AnyDurable } from "../tasks/any-composition.ts";
import { flatten, isComposition, type FlatCall } from "../tasks/composition.ts";
import { describeCall, type DurableCall } from "../tasks/durable-call.ts";
import { isTask } from "../tasks/task.ts";
import { AfterworkError } from "../base/errors.ts";
import { JobCancelledError } from "../tasks/job.ts";
import { JobConflictError } from "../tasks/job-errors.ts";
import type { InsertAnswer } from "../stores/contract/new-job.ts";
import { inputOption } from "./execution/job-inputs.ts";
import { StoredJob, type JobSource } from "./jobs/stored-job.ts";
import { Writing } from "./jobs/writing.ts";
import type { TaskRegistry } from "./task-registry.ts";

/** What calls are made with. */
export interface CallSettings {
  readonly registry: TaskRegistry;
  /** How long jobs are kept; what a task says of its own comes first. */
  keepOf(own: Partial<Keep> | undefined): Keep;
}

/** A call that can be stored: one of a task as facts, or those of a composition with what each waits for. */
export type CheckedCall = DurableCall | readonly CheckedPart[];

interface CheckedPart {
  readonly call: DurableCall;
  /** The parts that it waits for, by their places; they come before it. */
  readonly parents: readonly number[];
  readonly input: FlatCall["input"];
}

/**
 * Checks a call, and encodes its arguments.
 *
 * @throws {UnknownTaskError} @throws {InvalidArgumentsError} @throws {InvalidWorkError}
 */
export function checkCall(work: AnyDurable, args: readonly unknown[], { registry }: CallSettings): CheckedCall {
  if (!isComposition(work)) {
    registry.check(work);
    return describeCall(work, args);
  }
  return flatten(work, args).map(({ task, args: own, parents, input }) => {
    registry.check(task);
    return { call: describeCall(task, own), parents, input };
  });
}

/** Adds the jobs of a call to a list, the last of which bears its result. Nothing is stored yet. */
export function addJobs(call: CheckedCall, jobs: NewJob[], settings: CallSettings, trace: string | undefined): void {
  if (!isComposed(call)) {
    jobs.push(toNewJob(call, settings, trace));
    return;
  }
  const start = jobs.length;
  for (const part of call) {
    const job = toNewJob(part.call, settings, trace);
    jobs.push(part.parents.length === 0 ? job : behind(job, part, (place) => (jobs[start + place] as NewJob).id));
  }
}

/**
 * The jobs of one call, the last of which bears its result. Nothing is stored yet.
 *
 * @throws {UnknownTaskError} @throws {InvalidArgumentsError} @throws {InvalidWorkError}
 */
export function newJobs(
  work: AnyDurable,
  args: readonly unknown[],
  settings: CallSettings,
  { trace }: CallOrigin,
): readonly NewJob[] {
  const jobs: NewJob[] = [];
  addJobs(checkCall(work, args, settings), jobs, settings, trace);
  return jobs;
}

function isComposed(call: CheckedCall): call is readonly CheckedPart[] {
  return Array.isArray(call);
}

function behind(job: NewJob, { parents, input }: CheckedPart, idAt: (place: number) => string): NewJob {
  const options = input === "none" ? {} : { options: inputOption(job.options, input) };
  return { ...job, ...options, parents: parents.map(idAt) };
}

/** Most calls have none of the rare members; for these no object is copied. */
function toNewJob(call: DurableCall, settings: CallSettings, trace: string | undefined): NewJob {
  const job: Mutable<NewJob> = {
    id: newId(),
    task: call.task,
    queue: call.queue,
    priority: call.priority,
    args: call.args,
    crash: call.crash,
    keep: settings.keepOf(call.keep),
  };
  if (call.delayMs !== undefined) job.delayMs = call.delayMs;
  if (call.runAt !== undefined) job.runAt = call.runAt;
  if (call.expiresInMs !== undefined) job.expiresInMs = call.expiresInMs;
  if (call.expiresAt !== undefined) job.expiresAt = call.expiresAt;
  if (call.options !== undefined) job.options = call.options;
  if (call.unique !== undefined) job.unique = call.unique;
  if (call.concurrency !== undefined) job.concurrency = call.concurrency;
  if (call.rate !== undefined) job.rate = call.rate;
  if (trace !== undefined) job.trace = trace;
  return job;
}

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** How long jobs are kept, worked out once for what each task says of its own. */
export function keeper(standard: Keep): CallSettings["keepOf"] {
  const known = new WeakMap<Partial<Keep>, Keep>();
  return (own) => {
    if (own === undefined) return standard;
    const before = known.get(own);
    if (before !== undefined) return before;
    const keep = { ...standard, ...own };
    known.set(own, keep);
    return keep;
  };
}

/** A call with its jobs, which somebody is about to store. */
export class PreparedCall implements PreparedJob {
  readonly jobs: readonly NewJob[];
  readonly job: StoredJob;
  readonly writing?: Promise<void>;
  readonly #name: string;
  readonly #writing = new Writing();

  constructor(name: string, jobs: readonly NewJob[], source: () => JobSource) {
    this.jobs = jobs;
    this.#name = name;
    this.job = new StoredJob(lastOf(jobs).id, name, source, this.#writing);
  }

  /** It is on its way to the store. `false`: it was cancelled before. */
  begin(): boolean {
    this.#writing.begin();
    return this.#writing.phase === "writing";
  }

  /** May the store keep nothing of it, because of a unique key? */
  get mayBeRejected(): boolean {
    return this.jobs.some(({ unique }) => unique?.onConflict === "reject");
  }

  drop(reason: Error): void {
    const error =
      reason instanceof AfterworkError ? reason : new JobCancelledError(this.#name, this.job.id, reason.message);
    this.#writing.drop(error);
  }

  /** It was stored together with something else, so that nobody knows what became of its unique keys. */
  storedElsewhere(): void {
    this.#writing.finish("stored", false);
  }

  /** The store has answered for its jobs. @throws {JobConflictError} */
  stored(answers: readonly InsertAnswer[], phase: "stored" | "elsewhere"): void {
    const conflict = conflictOf(this.#name, this.jobs, answers);
    if (conflict === undefined) return this.#writing.finish(phase, lastOf(answers).deduplicated);
    this.#writing.drop(conflict);
    throw conflict;
  }
}

/** The handle of a call that the store has answered for. @throws {JobConflictError} */
export function handleOf(
  { name, jobs, source }: { readonly name: string; readonly jobs: readonly NewJob[]; readonly source: () => JobSource },
  answers: readonly InsertAnswer[],
  phase: "stored" | "elsewhere",
): StoredJob {
  const conflict = conflictOf(name, jobs, answers);
  if (conflict !== undefined) throw conflict;
  const { id, deduplicated } = lastOf(answers);
  if (phase === "stored" && !deduplicated) return new StoredJob(id, name, source);
  const writing = new Writing();
  writing.finish(phase, deduplicated);
  return new StoredJob(id, name, source, writing);
}

/** The last of some that are never none. */
function lastOf<Value>(values: readonly Value[]): Value {
  return values.at(-1) as Value;
}

/** A unique key was taken, and the call did not want to be one with the job that has it. */
function conflictOf(
  name: string,
  jobs: readonly NewJob[],
  answers: readonly InsertAnswer[],
): JobConflictError | undefined {
  for (let index = 0; index < answers.length; index += 1) {
    const { deduplicated, id } = answers[index] as InsertAnswer;
    if (deduplicated && jobs[index]?.unique?.onConflict === "reject") return new JobConflictError(name, id);
  }
  return undefined;
}

/** The transaction of the user's own in which a call is to be stored. */
export function txOf(work: AnyDurable): unknown {
  return isTask(work) ? work.options.tx : undefined;
}
