import { AfterworkError } from "../../base/errors.ts";
import { JobCancelledError } from "../../tasks/job.ts";
import { TaskTimeoutError } from "../../tasks/task-timeout-error.ts";

/** Why an attempt is asked to stop. The first reason stands, but for a lost lease, after which nothing else matters. */
export type StopKind = "timeout" | "cancel" | "lost" | "shutdown";

/** A reason to stop, with the error that its `signal` aborts with. */
export interface Stop {
  readonly kind: StopKind;
  readonly reason: Error;
}

/** The lease of a job was lost, so another worker may run it. Code `LEASE_LOST`; a task sees it as `signal.reason`. */
export class LeaseLostError extends AfterworkError {
  constructor(task: string, id: string) {
    super("LEASE_LOST", `${task} was taken back: this worker's lease had run out`, { details: { id, task } });
  }
}

export function stopForTimeout(task: string, timeoutMs: number): Stop {
  return { kind: "timeout", reason: new TaskTimeoutError(task, timeoutMs) };
}

export function stopForCancel(task: string, id: string): Stop {
  return { kind: "cancel", reason: new JobCancelledError(task, id, "somebody asked it to stop") };
}

export function stopForLoss(task: string, id: string): Stop {
  return { kind: "lost", reason: new LeaseLostError(task, id) };
}

export function stopForShutdown(task: string, id: string): Stop {
  const message = `${task} is handed back: its worker stops`;
  return { kind: "shutdown", reason: new AfterworkError("TASK_ABANDONED", message, { details: { id, task } }) };
}
