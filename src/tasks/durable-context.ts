import type { Duration } from "../base/durations.ts";

/** The job as its own task sees it. */
export interface RunningJob {
  /** A UUIDv7. */
  readonly id: string;
  readonly name: string;
  /** The `traceparent` of what added it. */
  readonly trace?: string;
  readonly createdAt: Date;
  /**
   * Ends the attempt by throwing, as if it had never begun: it does not count, and the job is due again after `delay`.
   * What catches it has to throw it on. `reason` goes to its log.
   */
  snooze(delay: Duration, reason?: string): never;
}

/**
 * What a durable task's function is given beside its dependencies and the context of every task. Its functions need no
 * `this`, so they may be taken out of it.
 */
export interface DurableContext {
  readonly job: RunningJob;
  /** Says how far it has come: anything that is plain JSON. Whoever follows the job sees it. */
  readonly progress: (value: unknown) => void;
  /**
   * Runs `fn` once and remembers its value: a later attempt of the same job gets that instead. Code outside of steps
   * runs again. The value has to be plain JSON, or what the task's codec takes.
   *
   * @throws {AfterworkError} with the code `STEP` when the job has a step of this name already.
   */
  readonly step: <T>(name: string, fn: () => T | Promise<T>) => Promise<T>;
  /** Waits without holding a worker: the attempt ends, and another one goes on after it. Its name is that of a step. */
  readonly sleep: (name: string, duration: Duration) => Promise<void>;
}
