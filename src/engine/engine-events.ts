import { expected, InvalidOptionError, nearestName } from "../base/options.ts";

/** What an engine tells those who listen with `engine.on`, of the jobs that run in this process. */
export interface EngineEvents {
  /** An attempt begins. */
  jobStarted: JobStarted;
  jobSucceeded: JobEnded;
  /** An attempt failed, and there will be another. */
  jobRetrying: JobEnded & { readonly error: unknown; readonly delayMs: number };
  /** A job failed for good. Without a listener the app's `taskFailed` is told; without one of these it is logged. */
  jobFailed: JobEnded & { readonly error: unknown };
  /** A job was lost: its lease ran out, so its outcome is refused. Without a listener it is logged. */
  jobLost: JobEnded;
  /** Jobs of a worker that has vanished were taken back. */
  jobsReclaimed: JobsReclaimed;
  /** Jobs wait whose task no worker here knows. Without a listener it is logged. */
  taskUnknown: { readonly task: string; readonly jobs: readonly string[] };
  /** The store failed a worker, which will try again. Without a listener it is logged. */
  storeFailed: { readonly doing: string; readonly error: unknown };
}

/** A job that is being started. */
export interface JobStarted {
  readonly id: string;
  readonly task: string;
  readonly queue: string;
  readonly attempt: number;
  /** From when it was due until it was claimed, in milliseconds. */
  readonly waitedMs: number;
  /** The `traceparent` that it belongs to. */
  readonly trace?: string;
}

/** A job whose attempt has ended. */
export interface JobEnded extends JobStarted {
  /** How long the attempt took, in milliseconds. */
  readonly durationMs: number;
}

/** What became of jobs whose worker vanished. */
export interface JobsReclaimed {
  readonly jobs: readonly {
    readonly id: string;
    readonly task: string;
    readonly attempt: number;
    readonly status: "queued" | "failed" | "cancelled";
  }[];
}

const names: readonly (keyof EngineEvents)[] = [
  "jobStarted",
  "jobSucceeded",
  "jobRetrying",
  "jobFailed",
  "jobLost",
  "jobsReclaimed",
  "taskUnknown",
  "storeFailed",
];

/** @throws {InvalidOptionError} */
export function checkEngineListener(name: unknown, listener: unknown): void {
  if (!names.some((known) => known === name)) {
    const nearest = nearestName(String(name), names);
    const hint = nearest === undefined ? `known are ${names.join(", ")}` : `did you mean ${JSON.stringify(nearest)}?`;
    throw new InvalidOptionError(`engine.on has no event ${JSON.stringify(String(name))}; ${hint}`);
  }
  if (typeof listener !== "function") throw expected("engine.on", "a function", listener);
}
