import { setTimeout as sleep } from "node:timers/promises";

import { Engine, memory, task, type PreparedJob } from "afterwork";

import { journalOf } from "./journal.ts";

/** A durable task that notes when it runs. */
export const storedTask = task("stored", { durable: true }, (_context, run: string) => {
  journalOf(run).note("stored task ran");
});

/** How the store is for the jobs of a run: as it should be, taking its time, or switched off. */
export type StoreState = "up" | "slow" | "down";

const states = new Map<string, StoreState>();

/** Says how the store is for one run. */
export function setStore(run: string, state: StoreState): void {
  states.set(run, state);
}

const slowMs = 100;

/** An engine whose store can be switched off for the jobs of one run; it notes in its journal what was stored. */
class SiteEngine extends Engine {
  readonly #runs = new WeakMap<PreparedJob, string>();

  override prepare(...args: Parameters<Engine["prepare"]>): PreparedJob {
    const prepared = super.prepare(...args);
    this.#runs.set(prepared, String(args[1][0]));
    return prepared;
  }

  override async store(jobs: readonly PreparedJob[]): Promise<void> {
    const runs = jobs.map((job) => this.#runs.get(job) ?? "");
    if (runs.some((run) => states.get(run) === "down")) throw new Error("the store is down");
    if (runs.some((run) => states.get(run) === "slow")) await sleep(slowMs);
    await super.store(jobs);
    for (const run of runs) journalOf(run).note("stored");
  }
}

/** The engine of a site, on a store in memory. */
export const engine: Engine = new SiteEngine({ store: memory(), tasks: [storedTask] });
