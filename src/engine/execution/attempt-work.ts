import { TaskList, type JobRunner, type TaskListHost } from "../../background/task-list.ts";
import type { InProcessJob, JobRoot } from "../../background/in-process-job.ts";
import type { ClaimedJob } from "../../stores/contract/claim.ts";
import type { NewJob } from "../../stores/contract/new-job.ts";
import type { Store } from "../../stores/contract/store.ts";
import { JobConflictError } from "../../tasks/job-errors.ts";
import { PreparedCall } from "../calls.ts";
import type { ExecutionHost } from "./execution-host.ts";

/**
 * What a durable attempt adds. Durable tasks are stored together with its success; in-process ones run in this process
 * when it has been settled. A failed attempt drops both.
 */
export class AttemptWork implements TaskListHost, JobRoot {
  readonly tasks: TaskList;
  readonly observer = undefined;
  readonly outcome = undefined;
  readonly trace: string | undefined;
  readonly runner: JobRunner;
  readonly #ownerOf: (value: unknown) => string | undefined;
  #calls: readonly PreparedCall[] = [];
  readonly #store: Store;
  #failed = false;

  constructor(job: ClaimedJob, host: ExecutionHost, ownerOf: (value: unknown) => string | undefined) {
    this.trace = job.trace;
    this.runner = host.environment.runner;
    this.#store = host.store;
    this.#ownerOf = ownerOf;
    this.tasks = new TaskList(this);
  }

  get root(): JobRoot {
    return this;
  }

  ownerOf(value: unknown): string | undefined {
    return this.#ownerOf(value);
  }

  arm(): void {}

  awaitEnd(): void {}

  /** The jobs that are stored with its success; `undefined` when there are none. */
  spawned(): readonly NewJob[] | undefined {
    const taken = this.tasks.takeDurable();
    if (taken.length === 0) return undefined;
    this.#calls = taken.filter((call) => call instanceof PreparedCall && call.begin()) as PreparedCall[];
    return this.#calls.flatMap(({ jobs }) => jobs);
  }

  /** The attempt has failed: what it has added for its success is dropped. */
  fail(error: unknown): void {
    this.#failed = true;
    this.tasks.fail(error);
  }

  /** The attempt does not count, and another will begin anew: nothing of what it has added is done. */
  discard(reason: Error): void {
    this.#failed = true;
    this.tasks.discard(reason.message);
  }

  /** It has been settled, or lost. */
  end(isApplied: boolean): void {
    if (!isApplied && !this.#failed) this.fail(new Error("the lease was lost"));
    for (const call of this.#calls) {
      if (isApplied) void this.#confirm(call);
      else call.drop(new Error("the attempt that added it lost its lease"));
    }
    if (isApplied && !this.#failed) this.tasks.settle({});
    this.adopt(this.tasks.release());
  }

  /** Only what may be rejected has to be looked for: the store does not say what became of the jobs of an outcome. */
  async #confirm(call: PreparedCall): Promise<void> {
    if (!call.mayBeRejected) return call.storedElsewhere();
    try {
      const [record] = await this.#store.get([call.job.id], { brief: true });
      if (record !== undefined) return call.storedElsewhere();
      const conflict = new JobConflictError(call.job.name, "of somebody else");
      call.drop(conflict);
      this.runner.reportUnstored(call.job, conflict);
    } catch {
      // Whether it was stored can be asked again, by its handle.
      call.storedElsewhere();
    }
  }

  adopt(jobs: readonly InProcessJob[]): void {
    for (const job of jobs) job.moveTo("queued");
    void this.#runInOrder(jobs);
  }

  async #runInOrder(jobs: readonly InProcessJob[]): Promise<void> {
    for (const job of jobs) await this.runner.run(job);
  }
}
