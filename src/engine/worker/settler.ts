import { sleep, type Clock } from "../../base/clock.ts";
import { AfterworkError } from "../../base/errors.ts";
import { errorRecord } from "../execution/error-record.ts";
import type { Outcome, SettleAnswer } from "../../stores/contract/outcome.ts";
import { StoreFaultError } from "../../stores/contract/store-fault-error.ts";
import type { Store } from "../../stores/contract/store.ts";

/** Who is told what became of an outcome. */
export interface Settleable {
  settled(outcome: Outcome, answer: SettleAnswer): void;
}

/** What a settler works with. */
export interface SettlerParts {
  readonly store: Store;
  readonly clock: Clock;
  /** The worker's session. */
  readonly worker: () => string;
  readonly onError: (error: unknown) => void;
}

const batchSize = 200;
const firstRetryMs = 100;
const longestRetryMs = 5_000;

interface Waiting {
  readonly outcome: Outcome;
  readonly by: Settleable;
}

interface Answered {
  readonly outcome: Outcome;
  readonly answer: SettleAnswer;
}

/** Settles outcomes in batches. None is dropped while the store can't be reached: their leases decide what they are worth. */
export class Settler {
  readonly #parts: SettlerParts;
  #waiting: Waiting[] = [];
  #scheduled = false;
  #givenUp = false;
  #unsettled = 0;
  #onIdle: (() => void)[] = [];

  constructor(parts: SettlerParts) {
    this.#parts = parts;
  }

  /** How many outcomes are not settled yet. */
  get backlog(): number {
    return this.#unsettled;
  }

  /** Takes an outcome in, once what is to be written before it is. */
  addAfter(before: Promise<void>, by: Settleable, outcome: Outcome): void {
    this.#unsettled += 1;
    void before.then(() => this.#push({ outcome, by }));
  }

  add(by: Settleable, outcome: Outcome): void {
    this.#unsettled += 1;
    this.#push({ outcome, by });
  }

  #push(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#waiting.length >= batchSize) this.flush();
    else if (!this.#scheduled) this.#flushSoon();
  }

  /** After everything else that ends in this turn of the event loop. */
  #flushSoon(): void {
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.flush();
    });
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    void this.#settle(batch);
  }

  /** Resolves when everything is settled. */
  async idle(): Promise<void> {
    while (this.#unsettled > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  async #settle(batch: readonly Waiting[]): Promise<void> {
    const settled = await this.#untilAnswered(batch.map(({ outcome }) => outcome));
    this.#unsettled -= batch.length;
    for (let index = 0; index < batch.length; index += 1) {
      const { outcome, answer } = settled[index] as Answered;
      (batch[index] as Waiting).by.settled(outcome, answer);
    }
    if (this.#unsettled === 0) this.#tellIdle();
  }

  async #untilAnswered(outcomes: readonly Outcome[]): Promise<readonly Answered[]> {
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
      try {
        return await this.#once(outcomes);
      } catch (error) {
        if (this.#givenUp) return outcomes.map((outcome) => ({ outcome, answer: "lost" }));
        if (!isPassing(error) && outcomes.length > 1) return this.#each(outcomes);
        if (isOfTheOutcome(error)) return this.#failWith(error, outcomes[0] as Outcome);
        this.#parts.onError(error);
        await sleep(this.#parts.clock, waitMs);
      }
    }
  }

  async #once(outcomes: readonly Outcome[]): Promise<readonly Answered[]> {
    const answers = await this.#parts.store.settle(this.#parts.worker(), outcomes);
    return outcomes.map((outcome, index) => ({ outcome, answer: answers[index] ?? "lost" }));
  }

  /** What is wrong with one is not to hold up the others. */
  async #each(outcomes: readonly Outcome[]): Promise<readonly Answered[]> {
    return (await Promise.all(outcomes.map((outcome) => this.#untilAnswered([outcome])))).flat();
  }

  /** What can't be stored of a job fails it. */
  async #failWith(error: unknown, outcome: Outcome): Promise<readonly Answered[]> {
    this.#parts.onError(error);
    if (outcome.kind === "failed") return [{ outcome, answer: "lost" }];
    const { id, token } = outcome;
    return this.#untilAnswered([{ kind: "failed", id, token, error: errorRecord(error) }]);
  }

  /** Nobody can wait any longer: what can't be settled now counts as lost, and its leases run out. */
  giveUp(): void {
    this.#givenUp = true;
  }

  #tellIdle(): void {
    const waiting = this.#onIdle;
    this.#onIdle = [];
    for (const resolve of waiting) resolve();
  }
}

/** The guard refuses what no store could keep; everything else is the store's own trouble, and may pass. */
function isOfTheOutcome(error: unknown): boolean {
  return error instanceof AfterworkError && error.code !== "STORE_FAULT";
}

function isPassing(error: unknown): boolean {
  return error instanceof StoreFaultError && error.passing;
}
