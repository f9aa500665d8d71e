import { sleep, type Clock } from "../base/clock.ts";
import { AfterworkError } from "../base/errors.ts";
import type { Events } from "../base/events.ts";
import type { Log } from "../base/log.ts";
import type { AppScope } from "../dependencies/app-scope.ts";
import type { Overrides } from "../dependencies/overrides.ts";
import type { Job } from "../tasks/job.ts";
import type { AttemptEnvironment } from "./attempt.ts";
import type { BackgroundEvents, TaskFailed } from "./background-events.ts";
import type { BackgroundLimits } from "./background-options.ts";
import { BlockWatch } from "./block-watch.ts";
import type { DurablePort } from "./durable-port.ts";
import { Execution, type ExecutionEnvironment } from "./execution.ts";
import { failureHint } from "./failure-hint.ts";
import { InProcessJob, type JobSeed } from "./in-process-job.ts";
import { PendingJobs } from "./pending-jobs.ts";
import { OverloadedError } from "./overloaded-error.ts";
import { Slots } from "./slots.ts";
import type { JobRunner } from "./task-list.ts";
import { TaskPlans } from "./task-plans.ts";

/** What a runner is made of. */
export interface TaskRunnerParts {
  readonly limits: BackgroundLimits;
  /** How long work that has been told to stop keeps its place. */
  readonly graceMs: number;
  readonly engine: DurablePort | undefined;
  readonly appScope: AppScope;
  readonly overrides: Overrides;
  readonly events: Pick<Events<BackgroundEvents>, "emit" | "has">;
  readonly log: Log;
  readonly clock: Clock;
}

/** The patience of a drain. */
export interface DrainBudget {
  readonly drainMs: number;
  readonly graceMs: number;
  /** Aborts when nobody wants to wait any longer: the drain ends at once, and what is left of the grace is short. */
  readonly hurry?: AbortSignal;
}

const hurriedGraceMs = 500;

/** Admits and runs the in-process jobs of an app, each isolated from the others, within the app's limits. */
export class TaskRunner implements JobRunner {
  readonly engine: DurablePort | undefined;
  readonly #parts: TaskRunnerParts;
  readonly #environment: ExecutionEnvironment;
  readonly #pending = new PendingJobs();
  readonly #onDropped = (job: InProcessJob): void => this.#forget(job);
  #onIdle: (() => void)[] = [];

  constructor(parts: TaskRunnerParts) {
    this.engine = parts.engine;
    this.#parts = parts;
    const plans = new TaskPlans(parts.overrides);
    this.#environment = {
      runner: this,
      slots: new Slots(parts.limits.concurrency),
      clock: parts.clock,
      timeoutMs: parts.limits.timeoutMs,
      graceMs: parts.graceMs,
      appScope: parts.appScope,
      log: parts.log,
      blocks: new BlockWatch(parts.log),
      planOf: (task) => plans.of(task),
      onSucceeded: (job, attempts) => this.#tellSuccess(job, attempts),
      onFailed: (job, attempts, error) => job.inContext(() => this.#report(job, attempts, error)),
      onEnded: (job) => this.#forget(job),
    };
  }

  /** What the attempts of durable jobs have around them as well. */
  get environment(): AttemptEnvironment {
    return this.#environment;
  }

  /** How many jobs wait or run. */
  get pending(): number {
    return this.#pending.size;
  }

  admit(seed: JobSeed): InProcessJob {
    const { maxPending } = this.#parts.limits;
    if (this.#pending.size >= maxPending) {
      throw new OverloadedError(`${seed.name} was refused: ${maxPending} background tasks wait or run already`);
    }
    const job = new InProcessJob(seed, this.#onDropped);
    this.#pending.add(job);
    seed.observer?.onAdded(job, seed.args);
    return job;
  }

  run(job: InProcessJob): undefined | Promise<void> {
    if (job.ended) return undefined;
    if (job.seed.observer?.runs === false) return job.drop("the test client only records");
    return new Execution(job, this.#environment).start();
  }

  reportUnstored(job: Job, error: unknown): void {
    this.#tell({ id: job.id, name: job.name, error, attempts: 0, hint: "it could not be stored" });
  }

  /** Resolves when nothing is pending. */
  async idle(): Promise<void> {
    while (this.#pending.size > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  /**
   * Waits until nothing is pending, those added meanwhile included; after `drainMs` asks what is left to stop, and
   * after `graceMs` more gives up. Returns the names of what did not succeed.
   */
  async drain({ drainMs, graceMs, hurry }: DrainBudget): Promise<readonly string[]> {
    await this.#idleWithin(drainMs, hurry);
    const late = [...this.#pending];
    for (const job of late) job.stop(abandonment(job));
    await this.#idleWithin(graceMs, hurry);
    if (hurry?.aborted === true) await this.#idleWithin(Math.min(graceMs, hurriedGraceMs));
    const unfinished = late.filter((job) => job.status() !== "succeeded");
    return [...new Set([...unfinished, ...this.#pending])].map((job) => job.name);
  }

  async #idleWithin(ms: number, hurry?: AbortSignal): Promise<void> {
    if (this.#pending.size === 0) return;
    const idle = new AbortController();
    this.#onIdle.push(() => idle.abort());
    await sleep(this.#parts.clock, ms, hurry === undefined ? idle.signal : AbortSignal.any([idle.signal, hurry]));
  }

  #forget(job: InProcessJob): void {
    this.#pending.delete(job);
    if (this.#pending.size > 0 || this.#onIdle.length === 0) return;
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const wake of waiting) wake();
  }

  #tellSuccess(job: InProcessJob, attempts: number): void {
    const { events } = this.#parts;
    if (!events.has("taskSucceeded")) return;
    job.inContext(() => events.emit("taskSucceeded", { id: job.id, name: job.name, attempts }));
  }

  #report(job: InProcessJob, attempts: number, error: unknown): void {
    const observed = job.seed.observer?.onFailed(job, error) ?? false;
    const hint = failureHint(job, error);
    const failed = { id: job.id, name: job.name, error, attempts, ...(hint === undefined ? {} : { hint }) };
    this.#tell(failed, observed);
  }

  #tell(failed: TaskFailed, observed = false): void {
    if (this.#parts.events.emit("taskFailed", failed) || observed) return;
    const { name, id, ...rest } = failed;
    this.#parts.log.error(`the background task ${name} failed`, { job: id, ...rest });
  }
}

function abandonment(job: InProcessJob): Error {
  return new AfterworkError("TASK_ABANDONED", `${job.name} was asked to stop: the shutdown could not wait any longer`);
}
