import assert from "node:assert/strict";
import { newId } from "../../base/ids.ts";
import type { ClaimAnswer, ClaimedJob, ClaimRequest, ExtendAnswer } from "../contract/claim.ts";
import type { NewJob } from "../contract/new-job.ts";
import type { Outcome, SettleAnswer } from "../contract/outcome.ts";
import type { Store } from "../contract/store.ts";

/** What a worker claims. */
export interface WorkerHabits {
  /** Default: `task` alone. */
  readonly tasks?: readonly string[];
  /** Default: all. */
  readonly queues?: readonly string[];
}

/** A job that has been claimed, and the token for it. */
export interface HeldJob extends ClaimedJob {
  readonly token: string;
}

/** The error that failing attempts of the suite leave behind. */
export const trialError = { name: "TrialError", message: "as the case wants it" };

/** A worker that does what a case tells it. */
export class TrialWorker {
  readonly id: string;
  readonly #store: Store;
  readonly #habits: WorkerHabits;

  constructor(store: Store, id: string, habits: WorkerHabits) {
    this.id = id;
    this.#store = store;
    this.#habits = habits;
  }

  /** The whole answer to a claim, by default of up to a hundred jobs, keyed or not. */
  ask(own: Partial<ClaimRequest> = {}): Promise<ClaimAnswer> {
    const limit = own.limit ?? 100;
    return this.#store.claim({
      worker: this.id,
      token: newId(),
      queues: this.#habits.queues,
      tasks: this.#habits.tasks ?? ["task"],
      limit,
      keyedLimit: limit,
      ...own,
    });
  }

  /** The jobs of a claim. */
  async claim(own: Partial<ClaimRequest> = {}): Promise<HeldJob[]> {
    const token = own.token ?? newId();
    const { jobs } = await this.ask({ ...own, token });
    return jobs.map((job) => ({ ...job, token }));
  }

  /** The ids of a claim's jobs. */
  async claimIds(own: Partial<ClaimRequest> = {}): Promise<string[]> {
    return (await this.claim(own)).map(({ id }) => id);
  }

  /** Claims one job, which must be there. */
  async claimOne(own: Partial<ClaimRequest> = {}): Promise<HeldJob> {
    const [job] = await this.claim({ limit: 1, ...own });
    assert.ok(job, "expected a job to claim, got none");
    return job;
  }

  settle(...outcomes: readonly Outcome[]): Promise<readonly SettleAnswer[]> {
    return this.#store.settle(this.id, outcomes);
  }

  succeed({ id, token }: HeldJob, result?: string, spawned?: readonly NewJob[]): Promise<readonly SettleAnswer[]> {
    return this.settle({ id, token, kind: "succeeded", result, ...(spawned === undefined ? {} : { spawned }) });
  }

  fail({ id, token }: HeldJob): Promise<readonly SettleAnswer[]> {
    return this.settle({ id, token, kind: "failed", error: trialError });
  }

  retry({ id, token }: HeldJob, delayMs = 0): Promise<readonly SettleAnswer[]> {
    return this.settle({ id, token, kind: "retry", delayMs, error: trialError });
  }

  snooze({ id, token }: HeldJob, delayMs = 0): Promise<readonly SettleAnswer[]> {
    return this.settle({ id, token, kind: "snooze", delayMs });
  }

  release({ id, token }: HeldJob): Promise<readonly SettleAnswer[]> {
    return this.settle({ id, token, kind: "release" });
  }

  extend(tokens: readonly string[], options: { readonly leaving?: boolean } = {}): Promise<ExtendAnswer> {
    return this.#store.extend(this.id, tokens, options);
  }
}
