import type { Clock } from "../../base/clock.ts";
import { isPassingFault, StoreFaultError } from "../contract/store-fault-error.ts";

/** What the waits between tries depend on. */
export interface Backoff {
  readonly clock: Clock;
  /** From 0 to 1. */
  readonly random: () => number;
}

/** One call of a store, and how long it may take. */
export interface CallOptions<Answer> {
  readonly name: string;
  readonly call: () => Promise<Answer>;
  readonly timeoutMs: number;
  readonly repeatable: boolean;
}

/** Who is told how a call goes. One of the last two is called, once. */
export interface CallListener<Answer> {
  /** A fault, after which the call may be tried again. */
  onFault(error: unknown): void;
  onAnswer(answer: Answer): void;
  onEnd(error: unknown): void;
}

/** The waits between tries, each twice the one before. */
export const firstWaitMs = 20;
export const longestWaitMs = 1000;

/** A call that is tried until it is answered, fails for good, or its time is over. */
export class GuardedCall<Answer> {
  readonly #options: CallOptions<Answer>;
  readonly #backoff: Backoff;
  readonly #listener: CallListener<Answer>;
  #deadline = 0;
  #waitMs = firstWaitMs;
  #over = false;
  #cancelTimeout: () => void = () => {};

  constructor(options: CallOptions<Answer>, backoff: Backoff, listener: CallListener<Answer>) {
    this.#options = options;
    this.#backoff = backoff;
    this.#listener = listener;
  }

  start(): void {
    const { clock } = this.#backoff;
    this.#deadline = clock.now() + this.#options.timeoutMs;
    this.#cancelTimeout = clock.after(this.#options.timeoutMs, () => this.#timeOut());
    this.#try();
  }

  #try(): void {
    if (this.#over) return;
    try {
      this.#options.call().then(
        (answer) => this.#answer(answer),
        (error: unknown) => this.#fail(error),
      );
    } catch (error) {
      this.#fail(error);
    }
  }

  #answer(answer: Answer): void {
    if (this.#end()) this.#listener.onAnswer(answer);
  }

  #fail(error: unknown): void {
    if (this.#over) return;
    const passing = isPassingFault(error);
    if (passing) this.#listener.onFault(error);
    const { clock, random } = this.#backoff;
    const waitMs = this.#waitMs * (0.5 + random());
    if (passing && this.#options.repeatable && clock.now() + waitMs < this.#deadline) {
      this.#waitMs = Math.min(this.#waitMs * 2, longestWaitMs);
      clock.after(waitMs, () => this.#try());
    } else if (this.#end()) {
      this.#listener.onEnd(error);
    }
  }

  #timeOut(): void {
    if (!this.#end()) return;
    const { name, timeoutMs } = this.#options;
    const mayBeStored = name === "insert" ? "; it may have been stored all the same: use unique or tx" : "";
    const message = `the store did not answer within ${timeoutMs} ms (${name})${mayBeStored}`;
    const error = new StoreFaultError(message, { passing: true, details: { call: name } });
    this.#listener.onFault(error);
    this.#listener.onEnd(error);
  }

  /** Was it still going on? What comes after its end is nobody's. */
  #end(): boolean {
    if (this.#over) return false;
    this.#over = true;
    this.#cancelTimeout();
    return true;
  }
}
