import type { BackgroundEvents } from "../background/background-events.ts";
import { AfterworkError } from "../base/errors.ts";
import type { Events } from "../base/events.ts";
import type { Log } from "../base/log.ts";
import type { EngineEvents, JobEnded, JobsReclaimed } from "./engine-events.ts";
import type { EngineReports } from "./execution/execution-host.ts";

/** Where events go: to those who listen to the engine, to the app that it belongs to, and, if nobody listens, to the log. */
export class ReportDesk implements EngineReports {
  readonly #events: Events<EngineEvents>;
  #log: Log;
  #app: Pick<Events<BackgroundEvents>, "emit" | "has"> | undefined;

  constructor(events: Events<EngineEvents>, log: Log) {
    this.#events = events;
    this.#log = log;
  }

  /** From now on the app is told as well. */
  join(app: Pick<Events<BackgroundEvents>, "emit" | "has">, log: Log): void {
    this.#app = app;
    this.#log = log;
  }

  has(name: keyof EngineEvents): boolean {
    return this.#events.has(name) || (name === "jobSucceeded" && this.#app?.has("taskSucceeded") === true);
  }

  emit<Name extends keyof EngineEvents>(name: Name, event: EngineEvents[Name]): boolean {
    const isTold = this.#events.emit(name, event);
    const isAppTold = this.#tellApp(name, event);
    if (!isTold && !isAppTold) this.#write(name, event);
    return isTold || isAppTold;
  }

  #tellApp(name: keyof EngineEvents, event: EngineEvents[keyof EngineEvents]): boolean {
    if (this.#app === undefined) return false;
    if (name === "jobsReclaimed") this.#tellCrashes(event as JobsReclaimed);
    if (name !== "jobSucceeded" && name !== "jobFailed") return false;
    const { id, task, attempt, error } = event as JobEnded & { readonly error?: unknown };
    if (name === "jobSucceeded") return this.#app.emit("taskSucceeded", { id, name: task, attempts: attempt });
    return this.#app.emit("taskFailed", { id, name: task, attempts: attempt, error });
  }

  /** Nobody else can tell of a job whose last attempt ended with its process. */
  #tellCrashes({ jobs }: JobsReclaimed): void {
    for (const { id, task, attempt, status } of jobs) {
      if (status !== "failed") continue;
      const error = new AfterworkError("LEASE_LOST", `the worker of ${task} vanished`, { details: { id, task } });
      this.#app?.emit("taskFailed", { id, name: task, attempts: attempt, error });
    }
  }

  #write(name: keyof EngineEvents, event: EngineEvents[keyof EngineEvents]): void {
    const line = lines[name];
    if (line === undefined) return;
    const { message, fields, level = "warn" } = line(event as never);
    this.#log[level](message, fields);
  }
}

interface Line {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly level?: "error" | "warn" | "info";
}

/** What nobody listens to and should be read all the same. */
const lines: { readonly [Name in keyof EngineEvents]?: (event: EngineEvents[Name]) => Line } = {
  jobFailed: ({ task, id, attempt, error }) => ({
    message: `the durable task ${task} failed`,
    fields: { job: id, attempts: attempt, error },
    level: "error",
  }),
  jobRetrying: ({ task, id, attempt, delayMs, error }) => ({
    message: `the durable task ${task} failed and is tried again in ${Math.round(delayMs)} ms`,
    fields: { job: id, attempt, error },
  }),
  jobLost: ({ task, id, attempt }) => ({
    message: `the durable task ${task} was lost: its lease had run out, and its outcome was refused`,
    fields: { job: id, attempt },
  }),
  jobsReclaimed: ({ jobs }) => ({
    message: `${jobs.length} durable tasks were taken back from workers that have vanished`,
    fields: { jobs: jobs.slice(0, 20) },
  }),
  taskUnknown: ({ task, jobs }) => ({
    message: `${jobs.length} jobs wait for a worker that knows the task ${task}`,
    fields: { task, jobs: jobs.slice(0, 20) },
  }),
  storeFailed: ({ doing, error }) => ({
    message: `the store failed while ${doing}; the worker tries again`,
    fields: { error },
    level: "error",
  }),
};
