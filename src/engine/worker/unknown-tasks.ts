import type { EngineReports } from "../execution/execution-host.ts";

/** Tells of jobs that were parked, by task. */
export class UnknownTasks {
  readonly #events: EngineReports;

  constructor(events: EngineReports) {
    this.#events = events;
  }

  note(parked: readonly { readonly id: string; readonly task: string }[]): void {
    if (parked.length === 0) return;
    for (const [task, jobs] of Map.groupBy(parked, (job) => job.task)) {
      this.#events.emit("taskUnknown", { task, jobs: jobs.map(({ id }) => id) });
    }
  }
}
