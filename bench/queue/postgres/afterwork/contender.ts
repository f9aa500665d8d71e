import { Engine, task, type Store } from "afterwork";
import type { Client, Contender, Worker } from "../contender.ts";
import { storeOn } from "./store.ts";

const concurrency = 100;
/** More than any phase stores. */
const countCap = 100_000_000;

export const afterwork: Contender = {
  name: "afterwork",
  title: "Afterwork",
  async install(url) {
    const store = await storeOn(url);
    await store.open();
    await store.close();
  },
  async connect(url) {
    const client = new AfterworkClient(await storeOn(url));
    await client.open();
    return client;
  },
  work: startWorker,
};

const work = task("work", { durable: true }, async (_context, index: number) => index);

class AfterworkClient implements Client {
  readonly batch = 100_000;
  readonly #store: Store;
  readonly #engine: Engine;

  constructor(store: Store) {
    this.#store = store;
    this.#engine = new Engine({ store, tasks: [work] });
  }

  /** An engine opens its store with the first call. */
  async open(): Promise<void> {
    await this.#engine.counts();
  }

  enqueue(index: number): Promise<unknown> {
    return this.#engine.enqueue(work, index);
  }

  enqueueMany(indexes: readonly number[]): Promise<unknown> {
    return this.#engine.enqueueMany(indexes.map((index) => [work, index] as const));
  }

  async unfinished(): Promise<number> {
    const { statuses } = await this.#store.counts(countCap);
    return Object.values(statuses).reduce((sum, jobs) => sum + jobs, 0) - statuses.succeeded;
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}

async function startWorker(url: string, onStart: (index: number) => void): Promise<Worker> {
  const noting = task("work", { durable: true }, async (_context, index: number) => {
    onStart(index);
    return index;
  });
  const engine = new Engine({ store: await storeOn(url), tasks: [noting] });
  const worker = await engine.work({ concurrency });
  return {
    // It leaves when everything is settled, which takes longer than to settle it.
    settled: async () => void (await worker.stop()),
    stop: () => engine.close(),
  };
}
