import type { LocalJob, LocalJobStatus } from "../tasks/job.ts";

/** One call of `addTask` that a test client has seen. */
export class RecordedTask {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly job: LocalJob;
  readonly #runs: boolean;
  /** Why it failed, if it did. */
  error: unknown = undefined;

  constructor(job: LocalJob, args: readonly unknown[], runs: boolean) {
    this.name = job.name;
    this.args = args;
    this.job = job;
    this.#runs = runs;
  }

  /** `"recorded"` when the client only records; otherwise that of its job. */
  get status(): LocalJobStatus | "recorded" {
    return this.#runs ? this.job.status() : "recorded";
  }
}
