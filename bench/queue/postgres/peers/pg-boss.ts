import { Pool } from "pg";
import { PgBoss } from "pg-boss";
import type { Client, Contender, Worker } from "../contender.ts";
import { count } from "./count.ts";
import { untilFinished } from "./until-finished.ts";

const queue = "work";
const unfinished = "select count(*) from pgboss.job where state < 'completed'";

// https://pgboss.io/api/workers, "Low-latency dispatch with LISTEN/NOTIFY": both the queue and the instance opt in.
export const pgBoss = contender({ name: "pg-boss", title: "pg-boss 12, NOTIFY and batches", notify: true });

// Its default. Commits that notify wait for one another, so it stores more jobs without.
export const pgBossPolling: Contender = {
  ...contender({ name: "pg-boss-polling", title: "pg-boss 12, polling and batches", notify: false }),
  polls: true,
};

interface Setting {
  readonly name: string;
  readonly title: string;
  readonly notify: boolean;
}

function contender({ name, title, notify }: Setting): Contender {
  // 10 connections are its default; with 50 callers 25 or 50 stored fewer jobs.
  const start = (url: string): Promise<PgBoss> =>
    new PgBoss({ connectionString: url, max: 10, useListenNotify: notify }).start();
  return {
    name,
    title,
    async install(url) {
      const boss = await start(url);
      await boss.createQueue(queue, { notify });
      await boss.stop();
    },
    connect: async (url) => new PgBossClient(await start(url), poolOf(url)),
    work: async (url, onStart) => work(await start(url), poolOf(url), onStart),
  };
}

/** For questions that it doesn't answer. */
function poolOf(url: string): Pool {
  return new Pool({ connectionString: url, max: 1 });
}

class PgBossClient implements Client {
  // Measured: 1,000 and 50,000 are slower.
  readonly batch = 10_000;
  readonly #boss: PgBoss;
  readonly #pool: Pool;

  constructor(boss: PgBoss, pool: Pool) {
    this.#boss = boss;
    this.#pool = pool;
  }

  enqueue(index: number): Promise<unknown> {
    return this.#boss.send(queue, { index });
  }

  // https://pgboss.io/api/jobs, `insert`: many jobs in one request, without their ids.
  enqueueMany(indexes: readonly number[]): Promise<unknown> {
    return this.#boss.insert(
      queue,
      indexes.map((index) => ({ data: { index } })),
    );
  }

  unfinished(): Promise<number> {
    return count(this.#pool, unfinished);
  }

  async close(): Promise<void> {
    await this.#boss.stop();
    await this.#pool.end();
  }
}

async function work(boss: PgBoss, pool: Pool, onStart: (index: number) => void): Promise<Worker> {
  // https://pgboss.io/api/workers: `burstWhenBatchFull` fetches without a pause while batches come back full, and
  // `localConcurrency` starts several workers. The numbers are measured: 200 to 2,000, with 1 to 4 workers.
  const options = { batchSize: 2_000, burstWhenBatchFull: true, localConcurrency: 2 };
  await boss.work<{ index: number }>(queue, options, async (jobs) => {
    for (const { data } of jobs) onStart(data.index);
  });
  return {
    settled: () => untilFinished(() => count(pool, unfinished)),
    async stop() {
      await boss.stop();
      await pool.end();
    },
  };
}
