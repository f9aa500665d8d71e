import { Logger, makeWorkerUtils, run, type WorkerUtils } from "graphile-worker";
import { Pool } from "pg";
import type { Client, Contender, Worker } from "../contender.ts";
import { count } from "./count.ts";
import { untilFinished } from "./until-finished.ts";

// https://worker.graphile.org/docs/performance, "perfTest results": its best figures with and without batches have these two.
const concurrentJobs = 24;
const maxPoolSize = 25;
// Its default. With 50 callers 25 or 50 connections store fewer jobs: commits that notify wait for one another.
const clientPoolSize = 10;

/** The options of its worker that a setting changes. */
type Setting = Pick<GraphileConfig.WorkerOptions, "localQueue" | "completeJobBatchDelay" | "failJobBatchDelay">;

const logger = new Logger(() => () => {});
const unfinished = "select count(*) from graphile_worker._private_jobs";

export const graphile = contender("graphile", "graphile-worker 0.18, default", {});

// https://worker.graphile.org/docs/performance, "With batching": the settings of its best figure, "~184,000".
export const graphileBatched = contender("graphile-batched", "graphile-worker 0.18, local queue", {
  localQueue: { size: 500 },
  completeJobBatchDelay: 0,
  failJobBatchDelay: 0,
});

function contender(name: string, title: string, setting: Setting): Contender {
  return {
    name,
    title,
    async install(url) {
      const utils = await makeWorkerUtils({ connectionString: url, logger });
      await utils.migrate();
      await utils.release();
    },
    async connect(url) {
      const utils = await makeWorkerUtils({ connectionString: url, maxPoolSize: clientPoolSize, logger });
      return new GraphileClient(utils, poolOf(url));
    },
    work: (url, onStart) => work(url, setting, onStart),
  };
}

/** For questions that it doesn't answer. */
function poolOf(url: string): Pool {
  return new Pool({ connectionString: url, max: 1 });
}

class GraphileClient implements Client {
  // Its own perfTest/init.js adds up to a million in one call; measured, 10,000 to 50,000 are alike and 1,000 is slower.
  readonly batch = 50_000;
  readonly #utils: WorkerUtils;
  readonly #pool: Pool;

  constructor(utils: WorkerUtils, pool: Pool) {
    this.#utils = utils;
    this.#pool = pool;
  }

  enqueue(index: number): Promise<unknown> {
    return this.#utils.addJob("work", { index });
  }

  // https://worker.graphile.org/docs/library/add-jobs
  enqueueMany(indexes: readonly number[]): Promise<unknown> {
    return this.#utils.addJobs(indexes.map((index) => ({ identifier: "work", payload: { index } })));
  }

  unfinished(): Promise<number> {
    return count(this.#pool, unfinished);
  }

  async close(): Promise<void> {
    await this.#utils.release();
    await this.#pool.end();
  }
}

async function work(url: string, setting: Setting, onStart: (index: number) => void): Promise<Worker> {
  const pool = poolOf(url);
  const runner = await run({
    connectionString: url,
    logger,
    noHandleSignals: true,
    preset: { worker: { concurrentJobs, maxPoolSize, ...setting } },
    taskList: { work: async (payload) => onStart((payload as { readonly index: number }).index) },
    parsedCronItems: [],
  });
  return {
    settled: () => untilFinished(() => count(pool, unfinished)),
    async stop() {
      await runner.stop();
      await pool.end();
    },
  };
}
