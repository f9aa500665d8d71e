import type { Job, JobStatus, LocalJob, LocalJobStatus } from "../tasks/job.ts";

/** One call of `addTask` that a test client has seen. */
export class RecordedTask {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly job: LocalJob | Job;
  readonly #runs: boolean;
  #stored: JobStatus = "pending";
  /** Why it failed, if it is in-process work and did. */
  error: unknown = undefined;

  constructor(job: LocalJob | Job, args: readonly unknown[], runs: boolean) {
    this.name = job.name;
    this.args = args;
    this.job = job;
    this.#runs = runs;
  }

  /** `"recorded"` when the client only records; otherwise that of its job, of a durable one as of the last drain. */
  get status(): LocalJobStatus | JobStatus | "recorded" {
    if (!this.#runs) return "recorded";
    return isDurable(this.job) ? this.#stored : this.job.status();
  }

  /** Looks up how a durable job stands. */
  async refresh(): Promise<void> {
    if (!isDurable(this.job)) return;
    // One that was removed by then keeps the status that was seen last.
    this.#stored = await this.job.status().catch(() => this.#stored);
  }
}

function isDurable(job: LocalJob | Job): job is Job {
  return "stored" in job;
}
