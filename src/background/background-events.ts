/** What in-process work tells those who listen. */
export interface BackgroundEvents {
  /** A task has failed for good. Told once per job; without a listener it is logged. */
  taskFailed: TaskFailed;
  /** A task has succeeded. Told once per job, in the asynchronous context of its `addTask`, as `taskFailed` is. */
  taskSucceeded: TaskSucceeded;
}

/** A task that has succeeded. */
export interface TaskSucceeded {
  readonly id: string;
  readonly name: string;
  /** How many attempts there were, this one included. */
  readonly attempts: number;
}

/** A task that has failed for good. */
export interface TaskFailed {
  readonly id: string;
  readonly name: string;
  /** The very error that was thrown. */
  readonly error: unknown;
  /** How many attempts there were. */
  readonly attempts: number;
  /** What the author of the task may want to change, where the error is a well-known one. */
  readonly hint?: string;
}
