import { sleep, type Clock } from "../../base/clock.ts";
import { AfterworkError, messageOf } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";
import { isPassingFault, StoreFaultError } from "../contract/store-fault-error.ts";
import { firstWaitMs, GuardedCall, longestWaitMs, type Backoff } from "./guarded-call.ts";

/** What calls are bounded by. */
export interface CallBounds {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly log: Log;
  readonly random?: () => number;
  readonly maxWaiting?: number;
}

/** The calls of one store: how many there are, and whether the store is in trouble. */
export class Calls {
  readonly #bounds: CallBounds;
  readonly #backoff: Backoff;
  readonly #maxWaiting: number;
  #waiting = 0;
  #troubled = false;
  #closed = false;

  constructor(bounds: CallBounds) {
    this.#bounds = bounds;
    this.#backoff = { clock: bounds.clock, random: bounds.random ?? Math.random };
    this.#maxWaiting = bounds.maxWaiting ?? 1000;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** From now on every call is refused. */
  close(): void {
    this.#closed = true;
  }

  /** A call that may be repeated, and may take `extraMs` longer than others. */
  run<Answer>(name: string, call: () => Promise<Answer>, extraMs = 0): Promise<Answer> {
    return this.#start({ name, call, timeoutMs: this.#bounds.timeoutMs + extraMs, repeatable: true });
  }

  /** A call that must not be repeated. */
  runOnce<Answer>(name: string, call: () => Promise<Answer>): Promise<Answer> {
    return this.#start({ name, call, timeoutMs: this.#bounds.timeoutMs, repeatable: false });
  }

  /** A call that takes as long as it takes, such as a migration. */
  async runAtLeisure<Answer>(name: string, call: () => Promise<Answer>): Promise<Answer> {
    if (this.#closed) throw closedError(name);
    try {
      return await call();
    } catch (error) {
      throw asFault(name, error);
    }
  }

  /** The same, tried again while faults pass, as long as another call would be. */
  async runUntilThere<Answer>(name: string, call: () => Promise<Answer>): Promise<Answer> {
    const { clock, timeoutMs } = this.#bounds;
    const deadline = clock.now() + timeoutMs;
    for (let waitMs = firstWaitMs; ; waitMs = Math.min(waitMs * 2, longestWaitMs)) {
      if (this.#closed) throw closedError(name);
      try {
        const answer = await call();
        this.#noteHealth();
        return answer;
      } catch (error) {
        if (!isPassingFault(error) || clock.now() + waitMs >= deadline) throw asFault(name, error);
        this.#noteTrouble(name, error);
      }
      await sleep(clock, waitMs);
    }
  }

  #start<Answer>(options: {
    readonly name: string;
    readonly call: () => Promise<Answer>;
    readonly timeoutMs: number;
    readonly repeatable: boolean;
  }): Promise<Answer> {
    const { name } = options;
    if (this.#closed) return Promise.reject(closedError(name));
    if (this.#waiting >= this.#maxWaiting) return Promise.reject(this.#overloaded(name));
    this.#waiting += 1;
    return new Promise((resolve, reject) => {
      const call = new GuardedCall(options, this.#backoff, {
        onFault: (error) => this.#noteTrouble(name, error),
        onAnswer: (answer: Answer) => {
          this.#waiting -= 1;
          this.#noteHealth();
          resolve(answer);
        },
        onEnd: (error) => {
          this.#waiting -= 1;
          reject(asFault(name, error));
        },
      });
      call.start();
    });
  }

  /** One line when trouble begins, not one for every call: there are many while a store is away. */
  #noteTrouble(name: string, error: unknown): void {
    if (this.#troubled) return;
    this.#troubled = true;
    this.#bounds.log.warn("the store does not answer as it should", { call: name, error });
  }

  #noteHealth(): void {
    if (!this.#troubled) return;
    this.#troubled = false;
    this.#bounds.log.info("the store answers again");
  }

  #overloaded(name: string): StoreFaultError {
    const message = `the store was not asked (${name}): ${this.#waiting} calls wait for an answer already`;
    return new StoreFaultError(message, { passing: true, details: { call: name } });
  }
}

function closedError(name: string): StoreFaultError {
  return new StoreFaultError(`the store has been closed, so it can't be asked any more (${name})`, {
    details: { call: name },
  });
}

/** What a driver throws that is none of our errors is its own trouble. */
function asFault(name: string, error: unknown): unknown {
  if (error instanceof AfterworkError) return error;
  return new StoreFaultError(`the store failed (${name}): ${messageOf(error)}`, {
    cause: error,
    details: { call: name },
  });
}
