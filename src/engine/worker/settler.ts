import { sleep, type Clock } from "../../base/clock.ts";
import { AfterworkError } from "../../base/errors.ts";
import { errorRecord } from "../execution/error-record.ts";
import type { Outcome, SettleAnswer } from "../../stores/contract/outcome.ts";
import { isPassingFault } from "../../stores/contract/store-fault-error.ts";
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
  /** Are there jobs that will be run next? */
  readonly expectsMore: () => boolean;
  readonly onError: (error: unknown) => void;
}

/**
 * While many jobs end, outcomes wait this long for others, or until something else is written anyway: a commit costs more
 * than all that is in it. "Many" is so many in the last batch, so that one job after another is settled at once.
 */
const gatherMs = 10;
const many = 4;
const firstRetryMs = 100;
const longestRetryMs = 5_000;

interface Waiting {
  readonly outcome: Outcome;
  readonly by: Settleable;
  readonly isUrgent: boolean;
}

/** Settles outcomes in batches. None is dropped while the store can't be reached: their leases decide what they are worth. */
export class Settler {
  readonly #parts: SettlerParts;
  #waiting: Waiting[] = [];
  /** A flush will come in a while. */
  #scheduled = false;
  /** It waits for nothing but jobs that are in line. */
  #awaitsLine = false;
  /** A flush will come at the end of this turn of the event loop. */
  #flushing = false;
  #lastFlush = Number.NEGATIVE_INFINITY;
  #lastSize = 0;
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
    void before.then(() => this.#push({ outcome, by, isUrgent: true }));
  }

  /** Takes an outcome in. An urgent one, whose place somebody may wait for, does not wait for others. */
  add(by: Settleable, outcome: Outcome, isUrgent = false): void {
    this.#unsettled += 1;
    this.#push({ outcome, by, isUrgent });
  }

  #push(waiting: Waiting): void {
    this.#waiting.push(waiting);
    if (this.#waiting.length >= this.#parts.store.capabilities.goodBatch) this.flush();
    else if (waiting.isUrgent) this.#flushThisTurn();
    else if (!this.#scheduled) this.#flushSoon();
    else if (this.#awaitsLine && !this.#parts.expectsMore()) this.#flushThisTurn();
  }

  #flushThisTurn(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => {
      this.#flushing = false;
      this.flush();
    });
  }

  /** After everything else that ends in this turn of the event loop, or a little later when much does. */
  #flushSoon(): void {
    const isCalm = this.#lastSize < many || performance.now() - this.#lastFlush >= gatherMs;
    if (isCalm && !this.#parts.expectsMore()) return this.#flushThisTurn();
    this.#scheduled = true;
    this.#awaitsLine = isCalm;
    setTimeout(() => {
      this.#scheduled = false;
      this.flush();
    }, gatherMs);
  }

  flush(): void {
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    this.#lastFlush = performance.now();
    this.#lastSize = batch.length;
    void this.#settle(batch);
  }

  /** Resolves when everything is settled. */
  async idle(): Promise<void> {
    while (this.#unsettled > 0) await new Promise<void>((resolve) => this.#onIdle.push(resolve));
  }

  async #settle(batch: readonly Waiting[]): Promise<void> {
    for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
      try {
        const outcomes = batch.map(({ outcome }) => outcome);
        return this.#tell(batch, await this.#parts.store.settle(this.#parts.worker(), outcomes));
      } catch (error) {
        if (this.#givenUp) return this.#tell(batch, []);
        if (!isPassingFault(error) && batch.length > 1) return this.#settleEach(batch);
        this.#parts.onError(error);
        if (isOfTheOutcome(error)) return this.#fail(batch[0] as Waiting, error);
        await sleep(this.#parts.clock, waitMs);
      }
    }
  }

  /** What is wrong with one is not to hold up the others. */
  #settleEach(batch: readonly Waiting[]): void {
    for (const waiting of batch) void this.#settle([waiting]);
  }

  /** What can't be stored of a job fails it. */
  #fail(waiting: Waiting, error: unknown): void {
    const { id, token, kind } = waiting.outcome;
    if (kind === "failed") return this.#tell([waiting], []);
    void this.#settle([
      { by: waiting.by, isUrgent: true, outcome: { kind: "failed", id, token, error: errorRecord(error) } },
    ]);
  }

  /** Without an answer it counts as lost. */
  #tell(batch: readonly Waiting[], answers: readonly SettleAnswer[]): void {
    this.#unsettled -= batch.length;
    for (let index = 0; index < batch.length; index += 1) {
      const { by, outcome } = batch[index] as Waiting;
      by.settled(outcome, answers[index] ?? "lost");
    }
    if (this.#unsettled === 0) this.#tellIdle();
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
