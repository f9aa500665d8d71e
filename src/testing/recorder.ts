import type { RequestObserver } from "../app/request/request-observer.ts";
import { RecordedTask } from "./recorded-task.ts";
import type { TestClientOptions } from "./test-client-options.ts";

/** Watches the requests of a test client: what they add, and what of that goes wrong. */
export class Recorder {
  /** What requests have added so far, in order. */
  readonly tasks: RecordedTask[] = [];
  readonly #options: TestClientOptions;

  constructor(options: TestClientOptions) {
    this.#options = options;
  }

  /** Are tasks run before a call returns? */
  get runs(): boolean {
    return (this.#options.mode ?? "run") === "run";
  }

  /** Are errors of tasks thrown? */
  get raisesTaskErrors(): boolean {
    return this.#options.raiseTaskErrors !== false;
  }

  /** The observer of one request, which adds to `errors` what its call is to throw. */
  observer(errors: unknown[]): RequestObserver {
    const note = (error: unknown, raised: boolean): boolean => {
      if (raised) errors.push(error);
      return raised;
    };
    return {
      runs: this.runs,
      onAdded: (job, args) => {
        if (this.#options.mode !== "skip") this.tasks.push(new RecordedTask(job, args, this.runs));
      },
      onFailed: (job, error) => {
        const recorded = this.tasks.find((one) => one.job === job);
        if (recorded !== undefined) recorded.error = error;
        return note(error, this.raisesTaskErrors);
      },
      onRequestFailed: (error) => note(error, this.#options.raiseServerErrors !== false),
    };
  }

  /** Looks up how durable jobs stand. */
  async refresh(): Promise<void> {
    for (const recorded of this.tasks) await recorded.refresh();
  }
}
