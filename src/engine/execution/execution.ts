import { toMs } from "../../base/durations.ts";
import { toError } from "../../base/errors.ts";
import { isPromiseLike } from "../../base/promises.ts";
import { TaskCall, type TaskCallHost } from "../../background/task-call.ts";
import type { ClaimedJob } from "../../stores/contract/claim.ts";
import type { Outcome, SettleAnswer } from "../../stores/contract/outcome.ts";
import type { AnyTask } from "../../tasks/any-task.ts";
import { checkArgs } from "../../tasks/check-args.ts";
import { withStoredOptions } from "../../tasks/durable-call.ts";
import { decodeArgs, encodeResult } from "../../tasks/payload.ts";
import { decideRetry } from "../../tasks/retry.ts";
import type { TaskOptions } from "../../tasks/task-options.ts";
import { UnknownTaskError } from "../../tasks/task-errors.ts";
import type { Batch } from "../worker/session.ts";
import { AttemptContext, DurableTaskContext } from "./attempt-context.ts";
import { AttemptTools } from "./attempt-tools.ts";
import { AttemptWork } from "./attempt-work.ts";
import { errorRecord } from "./error-record.ts";
import type { ExecutionHost } from "./execution-host.ts";
import { hasInputs, withInputs } from "./job-inputs.ts";
import { Reports } from "./reports.ts";
import { stopForTimeout, type Stop } from "./stop.ts";

/**
 * One attempt of a durable job, from its claim until its outcome is settled:
 *
 * find the task → decode the arguments → put the results of parents in front → resolve dependencies, call the function,
 * close them → encode the result → settle → let go what it has added.
 *
 * The same in a worker, inline and in tests. What can be done at once is: a promise costs more than all the rest.
 */
export class Execution implements TaskCallHost {
  readonly job: ClaimedJob;
  /** The claim under which it is held. */
  readonly batch: Batch;
  /** By the worker's clock. */
  readonly startedAt: number;
  /** When its time is over, by the worker's clock. */
  deadline: number = Number.POSITIVE_INFINITY;
  /** Its place among the slots of its worker. */
  place: number = -1;
  readonly #host: ExecutionHost;
  readonly #reports: Reports;
  #task: AnyTask | undefined;
  #options: TaskOptions | undefined;
  #tools: AttemptTools | undefined;
  #work: AttemptWork | undefined;
  #call: TaskCall | undefined;
  #stop: Stop | undefined;
  #error: unknown;
  /** Its outcome is decided; whatever its function still does counts for nothing. */
  #decided = false;
  #freed = false;
  #cancelGrace: (() => void) | undefined;

  constructor(job: ClaimedJob, batch: Batch, host: ExecutionHost) {
    this.job = job;
    this.batch = batch;
    this.#host = host;
    this.startedAt = host.clock.now();
    this.#reports = new Reports(job, host, this.startedAt);
  }

  /** Begins. Whatever happens is told to the host; never throws. */
  start(): void {
    this.#reports.started();
    try {
      const result = this.#run();
      if (isPromiseLike(result)) this.#await(result);
      else this.#succeed(result);
    } catch (error) {
      this.#fail(error);
    }
  }

  get token(): string {
    return this.batch.token;
  }

  #run(): unknown {
    const task = this.#findTask();
    const args = decodeArgs(task, this.job.args);
    return hasInputs(this.job) ? this.#callWithInputs(task, args) : this.#callTask(task, args);
  }

  #findTask(): AnyTask {
    const task = this.#host.registry.get(this.job.task);
    if (task === undefined) throw new UnknownTaskError(this.job.task);
    this.#task = task;
    this.#options = withStoredOptions(task, this.job.options);
    return task;
  }

  async #callWithInputs(task: AnyTask, args: readonly unknown[]): Promise<unknown> {
    const all = await withInputs(this.job, args, this.#host);
    const { args: schema } = task.options;
    if (schema !== undefined) checkArgs(task.name, schema, all);
    this.throwIfStopped();
    return this.#callTask(task, all);
  }

  #callTask(task: AnyTask, args: readonly unknown[]): unknown {
    this.#call = new TaskCall(task, this.#host.environment, this);
    return this.#call.run(args);
  }

  #await(running: PromiseLike<unknown>): void {
    this.#host.watch(this);
    running.then(
      (value) => this.#succeed(value),
      (error: unknown) => this.#fail(error),
    );
  }

  /** How long it may take. */
  get timeoutMs(): number {
    const own = this.#options?.timeout;
    return own === undefined ? this.#host.timeoutMs : toMs(own, `${this.job.task}: timeout`);
  }

  createContext(): AttemptContext {
    return new AttemptContext(this.tools);
  }

  createTaskContext(): DurableTaskContext {
    return new DurableTaskContext(this.tools);
  }

  throwIfStopped(): void {
    if (this.#stop !== undefined) throw this.#stop.reason;
  }

  throwIfOver(): void {
    if (this.#stop?.kind === "timeout" || this.#stop?.kind === "lost") throw this.#stop.reason;
    const parked = this.#tools?.parked;
    if (parked !== undefined) throw parked.error;
  }

  writes(): undefined | Promise<void> {
    return this.#work?.tasks.writes();
  }

  /** What the function may use; made when it asks. */
  get tools(): AttemptTools {
    if (this.#tools === undefined) {
      this.#tools = new AttemptTools(this, this.#task as AnyTask, this.#host);
      if (this.#stop !== undefined) this.#tools.abort(this.#stop.reason);
    }
    return this.#tools;
  }

  /** What the function adds; made when it asks. */
  get work(): AttemptWork {
    return (this.#work ??= new AttemptWork(this.job, this.#host, (value) => this.#call?.ownerOf(value)));
  }

  /** Asks it to stop: its `signal` aborts. */
  stop(stop: Stop): void {
    if (this.#decided || (this.#stop !== undefined && stop.kind !== "lost")) return;
    this.#stop = stop;
    this.#tools?.abort(stop.reason);
    if (stop.kind === "lost") this.#decide(undefined);
    // With a key, the place that others wait for is given up only when the function has ended, or the grace is over.
    else if (stop.kind === "timeout" && !this.job.keyed) this.#conclude(stop.reason);
    if (!this.#freed) this.#cancelGrace ??= this.#host.clock.after(this.#host.graceMs, () => this.#giveUp());
  }

  /** Its time is over. */
  expire(): void {
    this.stop(stopForTimeout(this.job.task, this.timeoutMs));
  }

  /** The function ignores its signal: it may go on, but nobody waits for it. */
  #giveUp(): void {
    if (!this.#decided) this.#conclude(this.#stop?.reason);
    this.#host.abandon(this);
    this.#free();
  }

  #succeed(value: unknown): void {
    if (!this.#decided) {
      try {
        this.throwIfOver();
        const result = encodeResult(this.#task as AnyTask, value);
        this.#decideSuccess(result);
      } catch (error) {
        this.#conclude(error);
      }
    }
    this.#free();
  }

  #decideSuccess(result: string | undefined): void {
    const spawned = this.#work?.spawned();
    const settled = { kind: "succeeded", id: this.job.id, token: this.token, result } as const;
    this.#decide(spawned === undefined ? settled : { ...settled, spawned });
  }

  #fail(error: unknown): void {
    if (!this.#decided) this.#conclude(error);
    this.#free();
  }

  /** Decides what follows an attempt that did not succeed. */
  #conclude(error: unknown): void {
    this.#error = error;
    const outcome = this.#outcomeOf(error);
    if (beginsAnew(outcome)) this.#work?.discard(toError(error));
    else this.#work?.fail(error);
    this.#decide(outcome);
  }

  #outcomeOf(error: unknown): Outcome {
    const held = { id: this.job.id, token: this.token };
    const parked = this.#tools?.parked?.parking;
    if (this.#stop?.kind === "cancel") return { kind: "cancelled", ...held, error: errorRecord(this.#stop.reason) };
    if (parked !== undefined) return { ...held, ...parked };
    if (this.#stop?.kind === "shutdown") return { kind: "release", ...held };
    const decision = decideRetry(this.#options ?? {}, this.job.attempt, error, Math.random());
    const record = errorRecord(error);
    if (!decision.retry) return { kind: "failed", ...held, error: record };
    return { kind: "retry", ...held, error: record, delayMs: decision.delayMs };
  }

  /** Without an outcome the job is lost already, and there is nothing to settle. */
  #decide(outcome: Outcome | undefined): void {
    this.#decided = true;
    if (outcome === undefined) this.#finish("lost");
    else this.#host.settle(this, outcome);
  }

  /** The store has answered. */
  settled(outcome: Outcome, answer: SettleAnswer): void {
    if (answer !== "lost") this.#report(outcome);
    this.#finish(answer);
  }

  #report(outcome: Outcome): void {
    if (outcome.kind === "succeeded") this.#reports.succeeded();
    else if (outcome.kind === "failed") this.#reports.failed(this.#error);
    else if (outcome.kind === "retry") this.#reports.retrying(this.#error, outcome.delayMs);
  }

  #finish(answer: SettleAnswer): void {
    if (answer === "lost") this.#reports.lost();
    this.#work?.end(answer !== "lost");
    this.#host.over(this);
  }

  #free(): void {
    if (this.#freed) return this.#host.returned(this);
    this.#freed = true;
    this.#cancelGrace?.();
    this.#host.free(this);
  }
}

/** Will it be started again as if this attempt had never been? */
function beginsAnew({ kind }: Outcome): boolean {
  return kind === "snooze" || kind === "sleep" || kind === "release";
}
