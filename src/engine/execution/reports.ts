import type { ClaimedJob } from "../../stores/contract/claim.ts";
import type { JobEnded, JobStarted } from "../engine-events.ts";
import type { ExecutionHost } from "./execution-host.ts";

/** Tells what becomes of one attempt, if anybody listens. */
export class Reports {
  readonly #job: ClaimedJob;
  readonly #host: ExecutionHost;
  readonly #startedAt: number;

  constructor(job: ClaimedJob, host: ExecutionHost, startedAt: number) {
    this.#job = job;
    this.#host = host;
    this.#startedAt = startedAt;
  }

  started(): void {
    const { events } = this.#host;
    if (events.has("jobStarted")) events.emit("jobStarted", this.#facts());
  }

  succeeded(): void {
    const { events } = this.#host;
    if (events.has("jobSucceeded")) events.emit("jobSucceeded", this.#ended());
  }

  retrying(error: unknown, delayMs: number): void {
    this.#host.events.emit("jobRetrying", { ...this.#ended(), error, delayMs });
  }

  failed(error: unknown): void {
    this.#host.events.emit("jobFailed", { ...this.#ended(), error });
  }

  lost(): void {
    this.#host.events.emit("jobLost", this.#ended());
  }

  #ended(): JobEnded {
    return { ...this.#facts(), durationMs: Math.max(0, this.#host.clock.now() - this.#startedAt) };
  }

  #facts(): JobStarted {
    const { id, task, queue, attempt, dueAt, trace } = this.#job;
    const waitedMs = Math.max(0, this.#host.now() - (this.#host.clock.now() - this.#startedAt) - dueAt);
    return { id, task, queue, attempt, waitedMs, ...(trace === undefined ? {} : { trace }) };
  }
}
