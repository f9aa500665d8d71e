import type { ArgsOf, JobOf, Work } from "./work.ts";

/** Adds work to a request, or to a running task. */
export interface AddTask {
  /**
   * Adds work that is done after the response: a function, a function of a thread module, or a task. In-process work
   * runs in the order it was added; a durable task is stored before the response leaves.
   *
   * @throws {InvalidWorkError} for a generator function, a promise, or anything else that can't be run.
   * @throws {DependencyScopeError} when an argument is closed before in-process work could use it.
   * @throws {OverloadedError} when too much is waiting; the request is answered 503.
   * @throws {EngineMissingError} for a durable task in an app without an engine.
   */
  addTask<W extends Work>(work: W, ...args: ArgsOf<W>): JobOf<W>;
}

/** The work of one request. Handlers and all its dependencies share it. */
export interface BackgroundTasks extends AddTask {
  /** Work that runs even if the request fails. */
  readonly always: AddTask;
  /** Work that runs only if the request fails. */
  readonly onFailure: AddTask;
  /** How the request ended; `undefined` until that is known. Tasks always see it. */
  readonly outcome: Outcome | undefined;
  /** From now on, the tasks of this request run side by side instead of one after the other. */
  concurrent(): this;
}

/** How a request, or a task's run, ended. */
export interface Outcome {
  /** The status of the response; absent where there was none, as in a task's run. */
  readonly status?: number;
  /** The error of a failed request. A status that was returned is no failure, whatever it is. */
  readonly error?: unknown;
}
