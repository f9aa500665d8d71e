import { createPostgresBackend, Queue, runMigrations, Worker as BullWorker, type PgPool } from "bullmq";
import { Pool } from "pg";
import type { Client, Contender, Worker } from "../contender.ts";
import { count } from "./count.ts";
import { untilFinished } from "./until-finished.ts";

const queueName = "work";
// https://docs.bullmq.io/guide/postgresql, "Indicative numbers": it runs the most jobs at a concurrency of 8 to 32. "Tuning
// tips": as many connections in the pool; and one that listens.
const concurrency = 24;
const workerPoolSize = concurrency + 1;
// The size in its example. With 50 callers 25 or 50 store fewer jobs: commits that notify wait for one another.
const clientPoolSize = 10;
const unfinished = "select count(*) from job where state <> 'completed'";

export const bullmq: Contender = {
  name: "bullmq",
  title: "BullMQ 6 on Postgres",
  async install(url) {
    const pool = poolOf(url, 1);
    const client = await pool.connect();
    await runMigrations(client);
    client.release();
    await pool.end();
  },
  connect: async (url) => new BullClient(poolOf(url, clientPoolSize)),
  work,
};

/** An ES module has to hand in its own pool, and a pool of one's own to name the schema in its search path. */
function poolOf(url: string, max: number): Pool {
  return new Pool({ connectionString: url, max, options: "-c search_path=bullmq" });
}

/** It takes a pool of `pg`, but its types don't know the overloads of its `on`. */
const connectionOf = (pool: Pool) => ({ connection: pool as unknown as PgPool });

const queueOn = (pool: Pool) => new Queue(queueName, connectionOf(pool), createPostgresBackend);

class BullClient implements Client {
  // Measured: 500 is slower, 5,000 no faster.
  readonly batch = 1_000;
  readonly #pool: Pool;
  readonly #queue: ReturnType<typeof queueOn>;

  constructor(pool: Pool) {
    this.#pool = pool;
    this.#queue = queueOn(pool);
  }

  enqueue(index: number): Promise<unknown> {
    return this.#queue.add("work", { index });
  }

  // https://docs.bullmq.io/guide/queues/adding-bulks
  enqueueMany(indexes: readonly number[]): Promise<unknown> {
    return this.#queue.addBulk(indexes.map((index) => ({ name: "work", data: { index } })));
  }

  unfinished(): Promise<number> {
    return count(this.#pool, unfinished);
  }

  async close(): Promise<void> {
    await this.#queue.close();
    await this.#pool.end();
  }
}

async function work(url: string, onStart: (index: number) => void): Promise<Worker> {
  const pool = poolOf(url, workerPoolSize);
  const run = async ({ data }: { readonly data: { readonly index: number } }): Promise<number> => {
    onStart(data.index);
    return data.index;
  };
  const worker = new BullWorker(queueName, run, { ...connectionOf(pool), concurrency }, createPostgresBackend);
  await worker.waitUntilReady();
  return {
    settled: () => untilFinished(() => count(pool, unfinished)),
    async stop() {
      await worker.close();
      await pool.end();
    },
  };
}
