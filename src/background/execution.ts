import { sleep, type Clock } from "../base/clock.ts";
import { toMs } from "../base/durations.ts";
import { isPromiseLike } from "../base/promises.ts";
import { decideRetry, type RetryDecision } from "../tasks/retry.ts";
import { isTask } from "../tasks/task.ts";
import { TaskTimeoutError } from "../tasks/task-timeout-error.ts";
import { Attempt, type AttemptEnvironment } from "./attempt.ts";
import { within } from "./deadline.ts";
import type { InProcessJob } from "./in-process-job.ts";
import { SlotHold, type Slots } from "./slots.ts";

/** What executions share. */
export interface ExecutionEnvironment extends AttemptEnvironment {
  readonly slots: Slots;
  readonly clock: Clock;
  /** How long a task may take that says nothing of its own. */
  readonly timeoutMs: number;
  /** How long work that has been told to stop keeps its slot. */
  readonly graceMs: number;
  /** A job has succeeded. */
  onSucceeded(job: InProcessJob, attempts: number): void;
  /** A job has failed for good. */
  onFailed(job: InProcessJob, attempts: number, error: unknown): void;
  /** A job has ended, however. */
  onEnded(job: InProcessJob): void;
}

/**
 * One job from its first attempt to its end: take a slot, run the attempt, let go what it added, and either end or wait
 * for the next attempt without a slot. Synchronous work is done without a promise. Never throws or rejects.
 */
export class Execution {
  readonly #job: InProcessJob;
  readonly #environment: ExecutionEnvironment;

  constructor(job: InProcessJob, environment: ExecutionEnvironment) {
    this.#job = job;
    this.#environment = environment;
  }

  /** Starts when a slot is free. */
  start(number = 1): undefined | Promise<void> {
    const { slots } = this.#environment;
    if (slots.tryTake()) return this.#runInSlot(number);
    return slots.take().then(() => this.#runInSlot(number));
  }

  #runInSlot(number: number): undefined | Promise<void> {
    const { slots } = this.#environment;
    if (this.#job.ended) return slots.give();
    if (this.#job.stopReason !== undefined) return this.#endUnstarted(this.#job.stopReason, number - 1);
    const attempt = new Attempt(this.#job, number, this.#environment);
    this.#job.moveTo("running");
    let result: unknown;
    try {
      result = attempt.run(this.#timeoutMs);
    } catch (error) {
      slots.give();
      return this.#fail(attempt, error);
    }
    if (isPromiseLike(result)) return this.#await(attempt, result);
    slots.give();
    return this.#succeed(attempt, result);
  }

  /** It was told to stop before its turn came. */
  #endUnstarted(reason: Error, attempts: number): undefined {
    this.#environment.slots.give();
    this.#endFailed(reason, attempts);
  }

  get #timeoutMs(): number {
    const { work } = this.#job.seed;
    const own = isTask(work) ? work.options.timeout : undefined;
    return own === undefined ? this.#environment.timeoutMs : toMs(own, `${this.#job.name}: timeout`);
  }

  async #await(attempt: Attempt, work: PromiseLike<unknown>): Promise<void> {
    const { clock, slots, graceMs } = this.#environment;
    const hold = new SlotHold(slots, clock);
    try {
      const value = await within(work, { clock, ms: this.#timeoutMs, expire: () => this.#expire(attempt) });
      hold.release();
      await this.#succeed(attempt, value);
    } catch (error) {
      hold.releaseAfter(work, graceMs);
      await this.#fail(attempt, error);
    }
  }

  #expire(attempt: Attempt): Error {
    const error = new TaskTimeoutError(this.#job.name, this.#timeoutMs);
    attempt.expire(error);
    return error;
  }

  /** What it added is stored before it counts as a success; if that fails, so does the attempt. */
  #succeed(attempt: Attempt, value: unknown): undefined | Promise<void> {
    const storing = attempt.usedTasks?.storeDurable();
    if (storing === undefined) return this.#end(attempt, value);
    return storing.then(
      () => this.#end(attempt, value),
      (error: unknown) => this.#fail(attempt, error),
    );
  }

  #end(attempt: Attempt, value: unknown): undefined {
    attempt.usedTasks?.settle({});
    this.#job.succeed(value);
    this.#letGo(attempt);
    this.#environment.onSucceeded(this.#job, attempt.number);
    this.#environment.onEnded(this.#job);
    return undefined;
  }

  async #fail(attempt: Attempt, error: unknown): Promise<void> {
    attempt.usedTasks?.fail(error);
    this.#letGo(attempt);
    const decision = this.#decide(attempt, error);
    if (decision.retry && (await this.#waitForRetry(decision.delayMs))) return this.start(attempt.number + 1);
    this.#endFailed(error, attempt.number);
  }

  #endFailed(error: unknown, attempts: number): void {
    this.#job.fail(error);
    if (this.#job.status() === "failed") this.#environment.onFailed(this.#job, attempts, error);
    this.#environment.onEnded(this.#job);
  }

  #letGo(attempt: Attempt): void {
    const jobs = attempt.end();
    if (jobs.length > 0) this.#job.seed.root.adopt(jobs);
  }

  #decide(attempt: Attempt, error: unknown): RetryDecision {
    const { work } = this.#job.seed;
    if (!isTask(work) || this.#job.stopReason !== undefined) return { retry: false };
    return decideRetry(work.options, attempt.number, error, Math.random());
  }

  /** `false` when it was told to stop meanwhile. */
  async #waitForRetry(delayMs: number): Promise<boolean> {
    this.#job.moveTo("retrying");
    await sleep(this.#environment.clock, delayMs, this.#job.openAttempt().signal);
    return this.#job.stopReason === undefined;
  }
}
