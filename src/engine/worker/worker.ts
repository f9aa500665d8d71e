import { aDuration, toMs, type Duration } from "../../base/durations.ts";
import { anAbortSignal, checkOptions } from "../../base/options.ts";
import type { Staff } from "../staff.ts";
import type { WorkerLoop } from "./worker-loop.ts";

/** How a worker is stopped. */
export interface StopOptions {
  /** How long running jobs may go on before their `signal` aborts. Default `"30s"`. */
  readonly grace?: Duration;
  /** Aborts when nobody wants to wait any longer. */
  readonly hurry?: AbortSignal;
}

/** What claims jobs and runs them in this process. Made by `engine.work()`. */
export class Worker implements AsyncDisposable {
  readonly #loop: WorkerLoop;
  readonly #staff: Staff;
  readonly #graceMs: number;

  constructor(loop: WorkerLoop, staff: Staff, graceMs: number) {
    this.#loop = loop;
    this.#staff = staff;
    this.#graceMs = graceMs;
  }

  /** How many jobs it runs now. */
  get running(): number {
    return this.#loop.running;
  }

  /**
   * Claims nothing more and waits for what runs; then asks it to stop, and hands back what has not ended, without costing an
   * attempt. Returns the names of the tasks whose functions go on all the same, one for each. Calling it again returns the
   * same, when the first call does.
   */
  async stop(options: StopOptions = {}): Promise<readonly string[]> {
    checkOptions("worker.stop", options, { grace: aDuration, hurry: anAbortSignal });
    const drainMs = toMs(options.grace ?? "30s", "worker.stop: grace");
    const { hurry } = options;
    const budget = { drainMs, graceMs: this.#graceMs };
    return this.#staff.dismiss(this.#loop, hurry === undefined ? budget : { ...budget, hurry });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
