import { systemClock } from "../../base/clock.ts";
import { TaskTimeoutError } from "../../tasks/task-timeout-error.ts";
import type { ThreadLimits } from "../../tasks/thread-function.ts";
import type { ThreadRequest } from "./thread-entry.ts";

/** One call of a thread function, and whatever may end it before its time. */
export class ThreadCall {
  /** As in `image-tasks.compress`. */
  readonly name: string;
  readonly request: ThreadRequest;
  readonly #limits: ThreadLimits;
  readonly #end = new AbortController();
  #begun = false;
  #cancelTimer: () => void = () => {};

  constructor(name: string, request: ThreadRequest, limits: ThreadLimits) {
    this.name = name;
    this.request = request;
    this.#limits = limits;
    limits.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  /** Aborts when the call is to end; the reason is what it then rejects with. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  /** Has a thread taken it? */
  get begun(): boolean {
    return this.#begun;
  }

  /** A thread takes the call: its timeout starts now. */
  begin(): void {
    this.#begun = true;
    const { timeoutMs } = this.#limits;
    if (timeoutMs === undefined) return;
    this.#cancelTimer = systemClock.after(timeoutMs, () => this.end(new TaskTimeoutError(this.name, timeoutMs)));
  }

  /** Ends the call, wherever it is. After the first time, or once it has settled, nothing happens. */
  end(reason: unknown): void {
    this.#end.abort(reason);
  }

  /** Lets go of timer and signal; to be called when the call has settled. */
  release(): void {
    this.#cancelTimer();
    this.#limits.signal?.removeEventListener("abort", this.#onAbort);
  }

  readonly #onAbort = (): void => this.end(this.#limits.signal?.reason);
}
