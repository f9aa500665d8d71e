import { OverloadedError } from "../overloaded-error.ts";
import type { ThreadCall } from "./thread-call.ts";

/** Lets a bounded number of calls in at a time, in the order they came, and a bounded number wait. */
export class ThreadQueue {
  readonly #name: string;
  readonly #maxInside: number;
  readonly #maxWaiting: number;
  readonly #inside = new Set<ThreadCall>();
  readonly #waiting = new Map<ThreadCall, () => void>();
  #onDrained: () => void = () => {};

  constructor(name: string, maxInside: number, maxWaiting: number) {
    this.#name = name;
    this.#maxInside = maxInside;
    this.#maxWaiting = maxWaiting;
  }

  /** The calls that are in, oldest first. */
  get inside(): ReadonlySet<ThreadCall> {
    return this.#inside;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves when the call is in; every call that got in must `leave`. Rejects with the signal's reason when the call
   * is ended while it waits.
   *
   * @throws {OverloadedError} when nobody more may wait.
   */
  async enter(call: ThreadCall): Promise<void> {
    if (this.#inside.size < this.#maxInside) {
      this.#inside.add(call);
      return;
    }
    if (this.#waiting.size >= this.#maxWaiting) throw this.#overloaded(call);
    await this.#wait(call);
  }

  /** Makes room for the next one. */
  leave(call: ThreadCall): void {
    this.#inside.delete(call);
    const [next] = this.#waiting;
    if (next !== undefined) this.#letIn(...next);
    else if (this.#inside.size === 0) this.#onDrained();
  }

  /** Resolves when nobody is in or waits. For one caller, once. */
  async drained(): Promise<void> {
    if (this.#inside.size === 0) return;
    await new Promise<void>((resolve) => {
      this.#onDrained = resolve;
    });
  }

  #wait(call: ThreadCall): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.set(call, resolve);
      const giveUp = (): void => {
        if (this.#waiting.delete(call)) reject(call.signal.reason);
      };
      call.signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  #letIn(call: ThreadCall, tell: () => void): void {
    this.#waiting.delete(call);
    this.#inside.add(call);
    tell();
  }

  #overloaded(call: ThreadCall): OverloadedError {
    const { size } = this.#waiting;
    return new OverloadedError(`${call.name} was refused: ${size} calls wait for a thread of ${this.#name} already`);
  }
}
