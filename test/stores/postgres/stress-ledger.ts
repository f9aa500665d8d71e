import type { ClaimedJob } from "../../../src/stores/contract/claim.ts";
import type { InsertAnswer } from "../../../src/stores/contract/new-job.ts";
import type { Outcome, SettleAnswer } from "../../../src/stores/contract/outcome.ts";
import { StoreFaultError } from "../../../src/stores/contract/store-fault-error.ts";

interface Holder {
  readonly token: string;
  readonly session: string;
  /** Somebody else may have it: it was settled, or its session may have ended. */
  free: boolean;
}

/** What all clients have seen, and what of it can't be. */
export class StressLedger {
  /** What must not have happened. */
  readonly wrongs: string[] = [];
  /** How often each deed was done, and failed, by SQLSTATE. */
  readonly counts = new Map<string, number>();
  /** The longest time that each deed took, in milliseconds. */
  readonly longest = new Map<string, number>();
  readonly #ids = new Set<string>();
  readonly #recent: string[] = [];
  readonly #holders = new Map<string, Holder>();
  readonly #slots = new Set<number>();
  /** Until when each session has its jobs for sure, by the monotonic clock. */
  readonly #alive = new Map<string, number>();
  readonly #claiming = new Map<string, Set<string>>();
  readonly #removed = new Set<string>();
  #mayForget = false;

  /** Runs something; a fault that may pass is counted, and no more said of it. */
  async timed(deed: string, work: () => Promise<void>): Promise<void> {
    const began = performance.now();
    this.#count(deed);
    try {
      await work();
    } catch (error) {
      this.failed(deed, error);
    }
    this.longest.set(deed, Math.max(this.longest.get(deed) ?? 0, performance.now() - began));
  }

  failed(deed: string, error: unknown): void {
    const state = error instanceof StoreFaultError ? error.details["sqlState"] : undefined;
    this.#count(`${deed} ${String(state)}`);
    const { detail, where } = (error as { cause?: { detail?: string; where?: string } }).cause ?? {};
    if (process.env["STRESS_MS"] !== undefined && state !== "AW001") console.log(deed, state, detail, where);
    // A parent may have been forgotten by the time its child comes.
    const mayBe = error instanceof StoreFaultError && (error.passing || state === "AW001");
    if (!mayBe)
      this.wrongs.push(
        `${deed}: ${String(error)} ${String((error as Error).cause)} ${String((error as { cause?: { where?: string } }).cause?.where)}`,
      );
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  stored(answers: readonly InsertAnswer[]): void {
    this.#note(answers);
  }

  #note(jobs: readonly { readonly id: string }[]): void {
    for (const { id } of jobs) {
      this.#ids.add(id);
      this.#recent.push(id);
    }
    if (this.#recent.length > 500) this.#recent.splice(0, 250);
  }

  expectSame(first: readonly InsertAnswer[], second: readonly InsertAnswer[]): void {
    const ids = (answers: readonly InsertAnswer[]): string => answers.map(({ id }) => id).join();
    if ([...first, ...second].some(({ id }) => this.#removed.has(id))) return;
    if (ids(first) !== ids(second)) this.wrongs.push(`stored twice: ${JSON.stringify([first, second])}`);
  }

  recent(most: number): readonly string[] {
    return this.#recent.slice(-most);
  }

  took(job: ClaimedJob, claim: { readonly token: string; readonly session: string }): void {
    const before = this.#holders.get(job.id);
    if (before !== undefined && !before.free && this.#isAlive(before.session)) {
      this.wrongs.push(`${job.id} is held by ${before.session} and given to ${claim.session}`);
    }
    this.#holders.set(job.id, { ...claim, free: false });
  }

  letGo(id: string, token: string): void {
    const holder = this.#holders.get(id);
    if (holder?.token === token) holder.free = true;
  }

  /** Its lease may run out from now on. */
  abandons(session: string): void {
    this.#alive.set(session, Number.NEGATIVE_INFINITY);
  }

  holdsUntil(session: string, time: number): void {
    const before = this.#alive.get(session) ?? 0;
    if (before !== Number.NEGATIVE_INFINITY) this.#alive.set(session, Math.max(before, time));
  }

  #isAlive(session: string): boolean {
    return (this.#alive.get(session) ?? 0) > performance.now();
  }

  claims(session: string, token: string): void {
    const tokens = this.#claiming.get(session) ?? new Set();
    this.#claiming.set(session, tokens.add(token));
  }

  claimed(session: string, token: string): void {
    this.#claiming.get(session)?.delete(token);
  }

  tokensInUse(session: string): string[] {
    const held = [
      ...new Set(
        [...this.#holders.values()]
          .filter((holder) => holder.session === session && !holder.free)
          .map(({ token }) => token),
      ),
    ];
    return [...held, ...(this.#claiming.get(session) ?? [])];
  }

  /** Which of them are not the last ones known of their jobs: they must not be applied. */
  sendOutcomes(outcomes: readonly Outcome[]): readonly { readonly outcome: Outcome; readonly stale: boolean }[] {
    return outcomes.map((outcome) => {
      const stale = this.#holders.get(outcome.id)?.token !== outcome.token;
      this.letGo(outcome.id, outcome.token);
      return { outcome, stale };
    });
  }

  settled(sent: ReturnType<StressLedger["sendOutcomes"]>, answers: readonly SettleAnswer[]): void {
    for (const [index, { outcome, stale }] of sent.entries()) {
      if (stale && answers[index] === "applied") this.wrongs.push(`${outcome.id} was settled by a former holder`);
      this.#count(`settled: ${answers[index]}`);
      if (outcome.kind === "succeeded" && answers[index] === "applied") this.#note(outcome.spawned ?? []);
    }
  }

  settledAgain(outcomes: readonly Outcome[], answers: readonly SettleAnswer[]): void {
    for (const [index, { id }] of outcomes.entries()) {
      if (answers[index] === "applied") this.wrongs.push(`${id} was settled twice`);
    }
  }

  fired(slot: number): void {
    if (this.#slots.has(slot)) this.wrongs.push(`the slot ${slot} was fired twice`);
    this.#slots.add(slot);
  }

  mayBeRemoved(ids: readonly string[]): void {
    for (const id of ids) {
      this.#ids.delete(id);
      this.#removed.add(id);
    }
  }

  prunes(): void {
    this.#mayForget = true;
  }

  /** The jobs that must be there still; none are known once somebody has pruned. */
  get mustBeThere(): readonly string[] {
    return this.#mayForget ? [] : [...this.#ids];
  }
}
