import { equal } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Engine, task, type Store } from "afterwork";
import { storeOn } from "./store.ts";

const work = task("work", { durable: true }, async (_context, index: number) => index);

/** Jobs that were claimed, with what it takes to settle them. */
export interface Claimed {
  readonly token: string;
  readonly ids: readonly string[];
}

/** Claims and settles at a store, as a worker would. */
export class Claimer {
  readonly #store: Store;
  readonly #engine: Engine;
  readonly #worker = randomUUID();

  private constructor(store: Store) {
    this.#store = store;
    this.#engine = new Engine({ store, tasks: [work] });
  }

  static async open(url: string): Promise<Claimer> {
    const claimer = new Claimer(await storeOn(url));
    await claimer.#engine.counts(); // it opens with the first call
    await claimer.#store.register({ id: claimer.#worker, leaseMs: 3_600_000, name: "bench" });
    return claimer;
  }

  /** Stores jobs of the same queue, due at once or in a month. */
  async enqueue(jobs: number, due: "now" | "later" = "now"): Promise<void> {
    const one = due === "now" ? work : work.with({ delay: "30d" });
    const chunk = 50_000;
    for (let from = 0; from < jobs; from += chunk) {
      const length = Math.min(chunk, jobs - from);
      await this.#engine.enqueueMany(Array.from({ length }, (_, index) => [one, from + index] as const));
    }
  }

  /** @throws unless there are as many jobs as asked for. */
  async claim(limit: number): Promise<Claimed> {
    const token = randomUUID();
    const request = { worker: this.#worker, token, queues: undefined, tasks: ["work"], limit, keyedLimit: limit };
    const { jobs } = await this.#store.claim(request);
    equal(jobs.length, limit, "jobs claimed");
    return { token, ids: jobs.map(({ id }) => id) };
  }

  async settle({ token, ids }: Claimed, kind: "succeeded" | "failed" = "succeeded"): Promise<void> {
    const outcomes = ids.map((id) => {
      return kind === "succeeded"
        ? ({ kind, id, token, result: "1" } as const)
        : ({ kind, id, token, error: { name: "Error", message: "as it should" } } as const);
    });
    const answers = await this.#store.settle(this.#worker, outcomes);
    const lost = answers.findIndex((answer) => answer !== "applied");
    equal(lost, -1, "the first job that was not settled");
  }

  /** Claims and settles so many jobs. */
  async run(jobs: number, kind: "succeeded" | "failed" = "succeeded"): Promise<void> {
    const most = 1_000;
    for (let left = jobs; left > 0; left -= most) await this.settle(await this.claim(Math.min(most, left)), kind);
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
