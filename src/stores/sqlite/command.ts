import { StoreFaultError } from "../contract/store-fault-error.ts";
import type { Core } from "./core.ts";

/** One call that waits for its turn, and later for the commit. It may be run again. */
export class Command {
  readonly weight: number;
  readonly queuedAt: number = performance.now();
  /** It failed beside others, so it is run in a transaction of its own. */
  alone = false;
  readonly #transition: (core: Core) => unknown;
  readonly #resolve: (answer: unknown) => void;
  readonly #reject: (error: unknown) => void;
  #answer: unknown;
  #refusal: StoreFaultError | undefined;

  constructor(
    weight: number,
    transition: (core: Core) => unknown,
    resolve: (answer: never) => void,
    reject: (error: unknown) => void,
  ) {
    this.weight = weight;
    this.#transition = transition;
    this.#resolve = resolve as (answer: unknown) => void;
    this.#reject = reject;
  }

  /** @throws whatever makes everything since the last commit undone; a refusal is kept for the answer. */
  run(core: Core): void {
    this.#refusal = undefined;
    try {
      this.#answer = this.#transition(core);
    } catch (error) {
      if (!(error instanceof StoreFaultError)) throw error;
      this.#refusal = error;
    }
  }

  /** The commit has happened. */
  answer(): void {
    if (this.#refusal === undefined) this.#resolve(this.#answer);
    else this.#reject(this.#refusal);
  }

  fail(error: unknown): void {
    this.#reject(error);
  }
}
