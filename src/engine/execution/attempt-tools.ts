import { toMs, type Duration } from "../../base/durations.ts";
import type { Log } from "../../base/log.ts";
import type { RecordEntry, StepRecord } from "../../stores/contract/outcome.ts";
import type { AnyTask } from "../../tasks/any-task.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import type { RunningJob } from "../../tasks/durable-context.ts";
import type { ContextSource } from "./attempt-context.ts";
import type { ExecutionHost, HeldJob } from "./execution-host.ts";
import { jobLog } from "./job-log.ts";
import { ParkedError, type Parking } from "./parking.ts";
import { plainText } from "./plain-text.ts";
import { Steps, type StepsHost } from "./steps.ts";
import { LeaseLostError } from "./stop.ts";

/** The attempt that the tools are of. */
export interface ToolsHost extends HeldJob {
  /** What it adds. */
  readonly work: { readonly tasks: BackgroundTasks };
}

/** What a durable task's function may use, each made when it is first asked for. */
export class AttemptTools implements ContextSource, StepsHost {
  readonly task: AnyTask;
  /** How the function has asked to be started again, if it has. */
  parked: { readonly parking: Parking; readonly error: ParkedError } | undefined;
  readonly #execution: ToolsHost;
  readonly #host: ExecutionHost;
  #abortion: AbortController | undefined;
  #stopReason: Error | undefined;
  #log: Log | undefined;
  #steps: Steps | undefined;

  constructor(execution: ToolsHost, task: AnyTask, host: ExecutionHost) {
    this.task = task;
    this.#execution = execution;
    this.#host = host;
  }

  get background(): BackgroundTasks {
    return this.#execution.work.tasks;
  }

  get signal(): AbortSignal {
    if (this.#abortion === undefined) {
      this.#abortion = new AbortController();
      if (this.#stopReason !== undefined) this.#abortion.abort(this.#stopReason);
    }
    return this.#abortion.signal;
  }

  /** Aborts the signal, also one that is asked for later. */
  abort(reason: Error): void {
    this.#stopReason = reason;
    this.#abortion?.abort(reason);
  }

  get log(): Log {
    const { id, task } = this.#execution.job;
    this.#log ??= jobLog({
      log: this.#host.environment.log,
      fields: { task, job: id },
      keep: (data) => this.#host.recorder.add(this.#entry({ kind: "log", data })),
    });
    return this.#log;
  }

  get attempt(): number {
    return this.#execution.job.attempt;
  }

  get jobContext(): RunningJob {
    const { id, task, createdAt, trace } = this.#execution.job;
    const snooze = (delay: Duration, reason?: string): never => {
      const delayMs = toMs(delay, "snooze");
      if (reason !== undefined) this.log.info(`snoozes for ${delayMs} ms: ${reason}`);
      return this.#park({ kind: "snooze", delayMs });
    };
    return { id, name: task, createdAt: new Date(createdAt), snooze, ...(trace === undefined ? {} : { trace }) };
  }

  get progress(): (value: unknown) => void {
    return (value) => {
      const data = plainText(this.task.name, value, "its progress");
      this.#host.recorder.add(this.#entry({ kind: "progress", data }));
    };
  }

  get step(): (name: string, run: () => unknown) => Promise<unknown> {
    return (name, run) => this.#allSteps.step(name, run);
  }

  get sleep(): (name: string, duration: Duration) => Promise<void> {
    return (name, duration) => this.#allSteps.sleep(name, duration);
  }

  get #allSteps(): Steps {
    return (this.#steps ??= new Steps(this));
  }

  loadSteps(): Promise<readonly StepRecord[]> {
    const { id, hasSteps } = this.#execution.job;
    return hasSteps ? this.#host.store.loadSteps(id) : Promise.resolve([]);
  }

  async saveStep(name: string, value: string): Promise<void> {
    const answer = await this.#host.recorder.write(this.#entry({ kind: "step", name, value }));
    if (answer === "lost") throw new LeaseLostError(this.task.name, this.#execution.job.id);
  }

  now(): number {
    return this.#host.now();
  }

  park(step: string, delayMs: number): never {
    return this.#park({ kind: "sleep", delayMs, step });
  }

  #park(parking: Parking): never {
    const error = new ParkedError(this.task.name, parking);
    this.parked ??= { parking, error };
    throw error;
  }

  #entry(part: Entry): RecordEntry {
    return { id: this.#execution.job.id, token: this.#execution.batch.token, ...part };
  }
}

type Entry =
  | { readonly kind: "step"; readonly name: string; readonly value: string }
  | { readonly kind: "progress" | "log"; readonly data: string };
