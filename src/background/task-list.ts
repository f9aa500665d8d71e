import { AsyncLocalStorage } from "node:async_hooks";

import { runEntered } from "../base/run-entered.ts";
import { DependencyScopeError } from "../dependencies/definition-errors.ts";
import type { AnyDurable } from "../tasks/any-composition.ts";
import type { AddTask, BackgroundTasks, Outcome } from "../tasks/background-tasks.ts";
import { isComposition } from "../tasks/composition.ts";
import type { Job } from "../tasks/job.ts";
import { isTask } from "../tasks/task.ts";
import type { ArgsOf, JobOf, Work } from "../tasks/work.ts";
import { nameOfWork } from "./check-work.ts";
import { DurableList, type DurableHost } from "./durable-list.ts";
import type { PreparedJob } from "./durable-port.ts";
import type { InProcessJob, JobRoot, JobSeed, RunWhen } from "./in-process-job.ts";
import type { TaskObserver } from "./task-observer.ts";

const none: readonly Promise<void>[] = [];

/** Who runs the jobs of lists. */
export interface JobRunner extends DurableHost {
  /** Makes a job, or refuses. @throws {OverloadedError} */
  admit(seed: JobSeed): InProcessJob;
  /** Runs a job to its end; a promise only if that takes time. Never throws or rejects. */
  run(job: InProcessJob): undefined | Promise<void>;
}

/** What a list needs to know of the request, or the attempt, whose work it holds. */
export interface TaskListHost {
  readonly runner: JobRunner;
  /** Where the jobs of an attempt go; absent for a request, which runs its own. */
  readonly root?: JobRoot;
  /** Who watches what is added here. */
  readonly observer: TaskObserver | undefined;
  /** The trace that durable jobs go on with. @see https://www.w3.org/TR/trace-context/#traceparent-header */
  readonly trace: string | undefined;
  /** The function-scope dependency that handed out just this object, if one did. */
  ownerOf(value: unknown): string | undefined;
  /** Something is about to be added: the last moment to say that what was added before it has failed. */
  beforeAdd?(): void;
  /** In-process work was added, so `run` is to be called when the response has ended. */
  arm(): void;
  /** The same for durable work that waits for the outcome, which no platform refuses. */
  awaitEnd(): void;
  /** Durable work was added that is to be stored before the response, or the attempt, is complete. */
  awaitStore?(): void;
}

/** An attempt as the lists see it that are used while it runs. */
export interface RunningAttempt {
  /** The list of the request that it belongs to. */
  readonly root: JobRoot;
  /** Its own list, made when it is first asked for. */
  readonly tasks: TaskList;
  /** Has it ended? Then what its function left behind adds to the request again. */
  readonly ended: boolean;
}

/** The attempt that is running in this asynchronous context. */
const runningAttempt = new AsyncLocalStorage<RunningAttempt>();

/**
 * Runs a function so that work it adds to its request becomes work of this attempt. Call it in an asynchronous scope that
 * ends with the function: the attempt may stay behind in it.
 */
export function runWithin<Args extends readonly unknown[], Result>(
  attempt: RunningAttempt,
  run: (...args: Args) => Result,
  ...args: Args
): Result {
  return runEntered(runningAttempt, attempt, run, ...args);
}

/** The work of one request, or of one attempt of a task, from the first `addTask` until all of it has been let go. */
export class TaskList implements BackgroundTasks, JobRoot {
  readonly #host: TaskListHost;
  readonly #root: JobRoot;
  #durable: DurableList | undefined;
  #jobs: InProcessJob[] = [];
  #outcome: Outcome | undefined;
  #failed = false;
  #phase: "collecting" | "running" | "over" = "collecting";
  #concurrent = false;
  #live = false;
  #sealed = false;

  constructor(host: TaskListHost) {
    this.#host = host;
    this.#root = host.root ?? this;
  }

  addTask<W extends Work>(work: W, ...args: ArgsOf<W>): JobOf<W> {
    return this.#add("success", work, args) as JobOf<W>;
  }

  get always(): AddTask {
    return this.#adder("always");
  }

  get onFailure(): AddTask {
    return this.#adder("failure");
  }

  get outcome(): Outcome | undefined {
    return this.#outcome ?? (this.#root === this ? undefined : this.#root.outcome);
  }

  get trace(): string | undefined {
    return this.#host.trace;
  }

  concurrent(): this {
    this.#concurrent = true;
    return this;
  }

  /** Tells tasks how their request, or attempt, has ended. */
  settle(outcome: Outcome): void {
    this.#outcome = outcome;
  }

  /** It has failed: what was added for its success is dropped. What is added from now on runs. */
  fail(error: unknown): void {
    this.#failed = true;
    this.#outcome = { ...this.#outcome, error };
    this.#drop(isForSuccess, "what added it failed");
  }

  /** It ends here to begin anew later, neither failed nor succeeded: all that was added is dropped, whatever it was for. */
  discard(reason: string): void {
    this.#failed = true;
    this.#drop(() => true, reason);
  }

  /** Stores the durable tasks that are due, in one batch; `undefined` when there are none. Rejects when that fails. */
  storeDurable(): undefined | Promise<void> {
    return this.#durable?.store(this.#failed);
  }

  /** Waits for what is being written in transactions of the user's own; `undefined` when nothing is. */
  writes(): undefined | Promise<void> {
    return this.#durable?.writes();
  }

  /** Hands over the durable tasks that are due, for whoever stores them together with something else. */
  takeDurable(): readonly PreparedJob[] {
    return this.#durable?.take(this.#failed) ?? [];
  }

  /** From now on a durable task is stored at the call. */
  sealDurable(): void {
    this.#sealed = true;
    this.#durable?.seal(this.#failed);
  }

  /** From now on work runs, or is stored, at the call. What was added before still waits for `run`. */
  goLive(): void {
    this.#live = true;
    this.sealDurable();
  }

  /** Hands over the jobs that are due, without running them. What is added later runs at once. */
  release(): InProcessJob[] {
    this.#close();
    this.#phase = "over";
    const jobs = this.#jobs;
    this.#jobs = [];
    return jobs;
  }

  /** What was to be added for its outcome has been added. */
  #close(): void {
    if (!this.#failed) this.#drop(isForFailure, "what added it did not fail");
    this.sealDurable();
  }

  /** Runs the jobs in order; a promise only if that takes time. Called once, when the response has ended. */
  run(): undefined | Promise<void> {
    this.#close();
    this.#phase = "running";
    for (const job of this.#jobs) job.moveTo("queued");
    return this.#runFrom(0, none);
  }

  adopt(jobs: readonly InProcessJob[]): void {
    for (const job of jobs) job.moveTo("queued");
    if (this.#phase === "running") this.#jobs.push(...jobs);
    else for (const job of jobs) this.#runSoon(job);
  }

  #runFrom(start: number, beside: readonly Promise<void>[]): undefined | Promise<void> {
    let concurrent = beside;
    for (let index = start; index < this.#jobs.length; index += 1) {
      const job = this.#jobs[index] as InProcessJob;
      const running = this.#host.runner.run(job);
      if (running === undefined) continue;
      if (!job.seed.concurrent) return this.#runAfter(running, index + 1, concurrent);
      concurrent = [...concurrent, running];
    }
    if (concurrent.length > 0) return this.#joinThenRun(concurrent);
    this.#phase = "over";
    this.#jobs = [];
    return undefined;
  }

  async #runAfter(running: Promise<void>, next: number, beside: readonly Promise<void>[]): Promise<void> {
    await running;
    await this.#runFrom(next, beside);
  }

  /** Those that ran side by side may have added more meanwhile. */
  async #joinThenRun(concurrent: readonly Promise<void>[]): Promise<void> {
    const next = this.#jobs.length;
    await Promise.all(concurrent);
    await this.#runFrom(next, []);
  }

  #drop(which: (when: RunWhen) => boolean, reason: string): void {
    for (const job of this.#jobs) if (which(job.seed.when)) job.drop(reason);
    this.#durable?.drop(which, reason);
  }

  #adder(when: RunWhen): AddTask {
    return { addTask: (work, ...args) => this.#add(when, work, args) as JobOf<typeof work> };
  }

  #add(when: RunWhen, work: Work, args: readonly unknown[]): unknown {
    const attempt = runningAttempt.getStore();
    if (attempt?.root === this.#root && !attempt.ended && attempt.tasks !== this) {
      return attempt.tasks.#add(when, work, args);
    }
    const name = nameOfWork(work);
    this.#host.beforeAdd?.();
    if (isDurable(work)) return this.#addDurable(when, work, args);
    this.#refuseClosing(name, args);
    const { runner, observer } = this.#host;
    const job = runner.admit({ root: this.#root, observer, name, work, args, when, concurrent: this.#concurrent });
    if (this.#phase === "collecting" && !this.#live) this.#collect(job);
    else this.#runLate(job);
    return job;
  }

  #addDurable(when: RunWhen, work: AnyDurable, args: readonly unknown[]): Job {
    this.#durable ??= new DurableList(this.#host.runner, this.#sealed);
    const job = this.#durable.add(when, work, args, this.#host.trace);
    this.#host.observer?.onAdded(job, args);
    if (!this.#sealed) this.#host.awaitStore?.();
    if (when === "failure") this.#awaitOutcome(this.#durable);
    return job;
  }

  /** Whether a request has failed is sure at its end only: a stream may still break. */
  #awaitOutcome(durable: DurableList): void {
    if (this.#phase === "collecting") this.#host.awaitEnd();
    else if (this.#failed) durable.seal(true);
    else durable.drop(isForFailure, "what added it did not fail");
  }

  #collect(job: InProcessJob): void {
    this.#jobs.push(job);
    this.#host.arm();
  }

  #runLate(job: InProcessJob): void {
    if (job.seed.when === "failure" && !this.#failed) return job.drop("what added it did not fail");
    job.moveTo("queued");
    this.#runSoon(job);
  }

  /** In a microtask, so that `addTask` returns first. */
  #runSoon(job: InProcessJob): void {
    queueMicrotask(() => void this.#host.runner.run(job));
  }

  /** An object that is closed before the response leaves can be of no use to work that runs after it. */
  #refuseClosing(work: string, args: readonly unknown[]): void {
    for (let index = 0; index < args.length; index += 1) {
      const owner = this.#host.ownerOf(args[index]);
      if (owner !== undefined) throw closingArgument(work, index, owner);
    }
  }
}

function isDurable(work: Work): work is AnyDurable {
  return isTask(work) ? work.options.durable === true : isComposition(work);
}

const isForSuccess = (when: RunWhen): boolean => when === "success";
const isForFailure = (when: RunWhen): boolean => when === "failure";

function closingArgument(work: string, index: number, owner: string): DependencyScopeError {
  return new DependencyScopeError(
    `addTask(${work}, …): argument ${index + 1} is what the dependency ${owner} yielded, and ${owner} is closed before ` +
      `the response is sent. Either let it live until the tasks have run: depends.request(…) instead of depends(…) ` +
      `where ${owner} is defined; or give the task its own: ` +
      `task(${JSON.stringify(work)}, { deps: { ${owner} } }, async ({ ${owner} }, …) => …)`,
  );
}
