import { deepEqual, equal } from "node:assert/strict";
import { Engine, task, type Store } from "afterwork";
import type { StoredStatus } from "afterwork";
import { openStore, type StoreChoice } from "../stores.ts";
import { Runs } from "./runs.ts";

/** More than any phase stores. */
const countCap = 100_000_000;

/** An engine on a store of its own, and a task that does nothing but note that it ran. */
export class Trial {
  readonly store: Store;
  readonly engine: Engine;
  readonly work = task("work", { durable: true }, async (_context, index: number) => {
    this.onStart(index);
    this.#runs.note(index);
    return index;
  });
  readonly #runs: Runs;
  /** Told of every start before anything else happens. */
  onStart: (index: number) => void = () => {};

  constructor(choice: StoreChoice, most: number, file?: string) {
    this.store = openStore(choice, file);
    this.#runs = new Runs(most);
    this.engine = new Engine({ store: this.store, tasks: [this.work] });
  }

  /** Calls for the jobs from one index to before another. */
  calls(from: number, to: number): readonly (readonly [typeof this.work, number])[] {
    return Array.from({ length: to - from }, (_, index) => [this.work, from + index] as const);
  }

  /** Runs everything that is stored: so many different jobs in all. */
  async drain(jobs: number, concurrency: number): Promise<number> {
    const all = this.ran(jobs);
    const worker = await this.engine.work({ concurrency });
    await all;
    await worker.stop();
    return jobs;
  }

  /** Resolves when so many different jobs have run. */
  ran(jobs: number): Promise<void> {
    return this.#runs.reach(jobs);
  }

  /** @throws unless each of so many jobs has run once, has succeeded, and has its result. */
  async expectAllDone(jobs: number): Promise<void> {
    this.#runs.expectOnce(jobs);
    await this.expectCounts({ succeeded: jobs });
    const { jobs: last } = await this.engine.jobs({ limit: 100 });
    for (const { args, result } of last) equal(result, args?.[0], "the result of a job");
  }

  /** @throws unless there are so many jobs of these statuses in the store, and none of others. */
  async expectCounts(expected: Partial<Record<StoredStatus, number>>): Promise<void> {
    await expectCounts(this.store, expected);
  }

  async close(): Promise<void> {
    await this.engine.close();
  }
}

/** @throws unless there are so many jobs of these statuses in the store, and none of others. */
export async function expectCounts(store: Store, expected: Partial<Record<StoredStatus, number>>): Promise<void> {
  const { statuses } = await store.counts(countCap);
  const found = Object.entries(statuses).filter(([, count]) => count > 0);
  deepEqual(Object.fromEntries(found), expected, "the jobs in the store");
}

/** Compiles on another file what is about to be measured, and lets it go. */
export async function warmUp(choice: StoreChoice, most: number, run: (trial: Trial) => Promise<void>): Promise<void> {
  const trial = new Trial(choice, most, "warm-up.db");
  await run(trial);
  await trial.close();
}
