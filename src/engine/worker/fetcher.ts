import type { ClaimAnswer, ClaimedJob, ClaimRequest } from "../../stores/contract/claim.ts";
import { fromTurn } from "../../stores/contract/from-turn.ts";
import type { Store } from "../../stores/contract/store.ts";
import { systemClock, type Clock } from "../../base/clock.ts";
import type { Batch, Session } from "./session.ts";
import { Wakeup } from "../wakeup.ts";

/** What a fetcher works for. */
export interface FetcherHost {
  readonly store: Store;
  readonly session: Session;
  readonly clock: Clock;
  /** The queues to serve; `undefined`: all. */
  readonly queues: readonly string[] | undefined;
  readonly tasks: readonly string[];
  /** How long it waits at most when there is nothing to do and no hint comes. */
  readonly pollMs: number;
  /** How many jobs are wanted now, and how many of them may be keyed. */
  room(): { readonly limit: number; readonly keyed: number };
  /** Here they are. */
  take(jobs: readonly ClaimedJob[], batch: Batch): void;
  /** What else there was in an answer. */
  note(answer: ClaimAnswer): void;
  /** The store has ended the session. */
  lost(): Promise<void>;
  onError(error: unknown): void;
}

const firstRetryMs = 100;
const longestRetryMs = 5_000;
/** What is due but can't be had is locked by somebody: it is looked for soon, then ever later, for that may last. */
const firstVainMs = 1;
const longestVainMs = 100;
/**
 * While many jobs arrive, hints wait this long for others: one claim for all instead of one for each. "Many" is so many in
 * the last claim, so that a job that comes alone is claimed at once.
 */
const gatherMs = 5;
const many = 4;

/** After so many claims the turns of queues begin anew. */
const turns = 1_000_000;

/** The one loop of a worker that claims jobs: when there is room, and when there may be work. */
export class Fetcher {
  readonly #host: FetcherHost;
  readonly #signal = new Wakeup();
  #stopped = false;
  #turn = 0;
  #retryMs = firstRetryMs;
  #vainMs = firstVainMs;
  #soon = false;
  /** Nothing was left at the last look, and nobody has said since that there may be more. */
  #dry = false;
  /** The last claim took many, and all there were: the next one waits for more. */
  #gathers = false;
  #lastClaim = Number.NEGATIVE_INFINITY;

  constructor(host: FetcherHost) {
    this.#host = host;
  }

  /** Runs until it is stopped. Never rejects. */
  async run(): Promise<void> {
    while (!this.#stopped) {
      const { limit, keyed } = this.#host.room();
      if (limit === 0) await this.#waitForRoom();
      else if (this.#gatherLeftMs > 0) await this.#signal.wait(this.#gatherLeftMs, systemClock);
      else await this.#fetch(limit, keyed);
    }
  }

  /** How long to wait for more before the next claim. */
  get #gatherLeftMs(): number {
    return this.#gathers ? Math.ceil(gatherMs - (performance.now() - this.#lastClaim)) : 0;
  }

  /** There may be work; `isSure`: there will be, in the commit that a claim of this turn of the event loop shares. */
  wake(isSure = false): void {
    if (isSure) this.#gathers = false;
    this.#dry = false;
    this.#signal.raise();
  }

  /** There is more room, as there often is several times in one turn of the event loop. */
  hasRoom(): void {
    if (this.#soon || this.#dry) return;
    this.#soon = true;
    setImmediate(() => {
      this.#soon = false;
      this.#signal.raise();
    });
  }

  /** Claims nothing more. */
  stop(): void {
    this.#stopped = true;
    this.#signal.raise();
  }

  /** What was left at the last look is old news by then, so any room is worth a look; and so is every poll. */
  async #waitForRoom(): Promise<void> {
    this.#dry = false;
    await this.#signal.wait(this.#restMs(undefined), this.#host.clock);
  }

  async #fetch(limit: number, keyed: number): Promise<void> {
    this.#dry = true;
    const answer = await this.#claim(limit, keyed);
    if (this.#stopped) return;
    if (answer === "failed") return this.#pause();
    this.#retryMs = firstRetryMs;
    if (answer === "outdated") return;
    if (answer.ended) return this.#host.lost();
    const isAll = !answer.more && answer.jobs.length < limit;
    this.#gathers = isAll && answer.jobs.length >= many;
    this.#lastClaim = performance.now();
    if (!isAll) this.#dry = false;
    // What is left over is no use to a worker that gets nothing of it: keyed jobs, when all slots are taken. What was parked is
    // out of the way now.
    const isEmpty = answer.jobs.length + answer.parked.length === 0;
    const restMs = this.#restAfter(isEmpty, answer.nextDueInMs);
    if (this.#dry || (answer.more && isEmpty)) await this.#signal.wait(restMs, this.#host.clock);
  }

  /** After a fault: a look a little later, whatever is said in between. */
  async #pause(): Promise<void> {
    const ms = this.#retryMs * (0.5 + Math.random() / 2);
    this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
    await this.#signal.wait(ms, this.#host.clock);
  }

  #restAfter(isEmpty: boolean, nextDueInMs: number | undefined): number {
    const isVain = isEmpty && nextDueInMs !== undefined && nextDueInMs <= this.#vainMs;
    const restMs = this.#restMs(isVain ? this.#vainMs : nextDueInMs);
    this.#vainMs = isVain ? Math.min(this.#vainMs * 2, longestVainMs) : firstVainMs;
    return restMs;
  }

  #restMs(nextDueInMs: number | undefined): number {
    const pollMs = this.#host.pollMs * (0.75 + Math.random() / 2);
    return nextDueInMs === undefined ? pollMs : Math.min(nextDueInMs, pollMs);
  }

  async #claim(limit: number, keyedLimit: number): Promise<ClaimAnswer | "failed" | "outdated"> {
    const { store, session, tasks } = this.#host;
    const batch = await session.begin();
    if (this.#stopped) {
      session.release(batch);
      return "outdated";
    }
    try {
      const answer = await store.claim({
        worker: batch.worker,
        token: batch.token,
        ...this.#queuesInTurn(),
        tasks,
        limit,
        keyedLimit,
      });
      // The session may have ended while this was under way: whatever it has claimed, others will have.
      if (session.isOver(batch)) return "outdated";
      batch.open += answer.jobs.length;
      this.#host.take(answer.jobs, batch);
      session.release(batch);
      this.#host.note(answer);
      return answer;
    } catch (error) {
      session.forget(batch);
      this.#host.onError(error);
      return "failed";
    }
  }

  /** Every queue comes first in its turn. Which there are at all, the store knows. */
  #queuesInTurn(): Pick<ClaimRequest, "queues" | "turn"> {
    const { queues } = this.#host;
    this.#turn = (this.#turn + 1) % turns;
    return queues === undefined ? { queues, turn: this.#turn } : { queues: fromTurn(queues, this.#turn) };
  }
}
