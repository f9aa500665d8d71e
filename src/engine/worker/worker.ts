import { aDuration, toMs, type Duration } from "../../base/durations.ts";
import { checkOptions } from "../../base/options.ts";
import type { Staff } from "../staff.ts";
import type { WorkerLoop } from "./worker-loop.ts";

/** How a worker is stopped. */
export interface StopOptions {
  /** How long running jobs may go on before their `signal` aborts. Default `"30s"`. */
  readonly grace?: Duration;
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
   * attempt. Calling it again returns when the first call does.
   */
  async stop(options: StopOptions = {}): Promise<void> {
    checkOptions("worker.stop", options, { grace: aDuration });
    const drainMs = toMs(options.grace ?? "30s", "worker.stop: grace");
    await this.#staff.dismiss(this.#loop, { drainMs, graceMs: this.#graceMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
