/**
 * How much may be begun in one turn of the event loop. Functions that end at once follow each other without end otherwise:
 * nothing that arrives would be heard, and nothing that was sent would leave, until all of them are done.
 */
export class TurnBudget {
  readonly #perTurn: number;
  readonly #onTurn: () => void;
  #left: number;
  #isCounting = false;

  /** `perTurn` may be infinite. `onTurn` is called in the turn after one in which something was refused. */
  constructor(perTurn: number, onTurn: () => void) {
    this.#perTurn = perTurn;
    this.#left = perTurn;
    this.#onTurn = onTurn;
  }

  /** May one more begin in this turn? */
  take(): boolean {
    if (this.#perTurn === Number.POSITIVE_INFINITY) return true;
    this.#count();
    this.#left -= 1;
    return this.#left >= 0;
  }

  #count(): void {
    if (this.#isCounting) return;
    this.#isCounting = true;
    setImmediate(() => {
      this.#isCounting = false;
      const refused = this.#left < 0;
      this.#left = this.#perTurn;
      if (refused) this.#onTurn();
    });
  }
}
