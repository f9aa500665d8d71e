import { equal } from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { Engine, task, type Call } from "afterwork";
import { quantile } from "../../statistics.ts";
import type { Figures, PhaseFigures } from "../figures.ts";
import type { RoleSettings } from "../role.ts";
import { openStore } from "../stores.ts";
import { Trial } from "./trial.ts";

const othersFile = "others.db";
const batch = 200;
const warmupClaims = 10;
const chunk = 50_000;

/** Fills a file with jobs of the same queue that are scheduled, finished and failed, a third each. */
export async function buildOthers({ store, sizes }: RoleSettings): Promise<number> {
  const work = task("work", { durable: true }, async (_context, index: number) => index);
  const failing = task("failing", { durable: true, retries: 0 }, async (_context, index: number) => {
    throw new Error(`${index} fails, as it should`);
  });
  const opened = openStore({ ...store, synchronous: "normal" }, othersFile);
  const engine = new Engine({ store: opened, tasks: [work, failing] });
  const third = Math.ceil(sizes.others / 3);
  for (const one of [work.with({ delay: "30d" }), work, failing]) {
    for (let from = 0; from < third; from += chunk) {
      const length = Math.min(chunk, third - from);
      await engine.enqueueMany(Array.from({ length }, (_, index): Call => [one, from + index]) as never);
    }
  }
  await runAll(engine, 2 * third);
  const { statuses } = await opened.counts(sizes.others);
  equal(
    Object.values(statuses).reduce((sum, count) => sum + count, 0),
    3 * third,
    "jobs in the file",
  );
  for (const status of ["scheduled", "succeeded", "failed"] as const) equal(statuses[status], third, status);
  await engine.close();
  return 3 * third;
}

async function runAll(engine: Engine, jobs: number): Promise<void> {
  let left = jobs;
  const done = Promise.withResolvers<void>();
  const count = (): void => {
    left -= 1;
    if (left === 0) done.resolve();
  };
  engine.on("jobSucceeded", count);
  engine.on("jobFailed", count);
  const worker = await engine.work({ concurrency: 100 });
  await done.promise;
  await worker.stop();
}

/** Claims in turn from a file with nothing else in it and from one with many other jobs, in the same process. */
export async function measureClaims({ store, sizes, others = "" }: RoleSettings): Promise<PhaseFigures> {
  const total = sizes.claims + warmupClaims;
  const empty = await Claims.prepare(new Trial(store, 0), total);
  const full = await Claims.prepare(new Trial({ ...store, folder: others }, 0, othersFile), total);
  for (let turn = 0; turn < total; turn += 1) {
    const measuring = turn >= warmupClaims;
    for (const claims of turn % 2 === 0 ? [empty, full] : [full, empty]) await claims.takeOne(measuring);
  }
  await full.close();
  await empty.trial.expectCounts({ succeeded: total * batch });
  await empty.close();
  return { "claims-empty": empty.figures, "claims-full": full.figures };
}

/** Claims and settles at a store, as a worker would. */
class Claims {
  readonly trial: Trial;
  readonly #worker = randomUUID();
  readonly #micros: number[] = [];
  readonly #cpuMicros: number[] = [];

  private constructor(trial: Trial) {
    this.trial = trial;
  }

  static async prepare(trial: Trial, claims: number): Promise<Claims> {
    await trial.engine.enqueueMany(trial.calls(0, claims * batch));
    const prepared = new Claims(trial);
    await trial.store.register({ id: prepared.#worker, leaseMs: 600_000, name: "bench" });
    return prepared;
  }

  get figures(): Figures {
    return { micros: medianPerJob(this.#micros), cpuMicros: medianPerJob(this.#cpuMicros) };
  }

  async takeOne(measuring: boolean): Promise<void> {
    const cpu = process.cpuUsage();
    const start = performance.now();
    await this.#claimAndSettle();
    const micros = (performance.now() - start) * 1e3;
    const { user, system } = process.cpuUsage(cpu);
    if (!measuring) return;
    this.#micros.push(micros);
    this.#cpuMicros.push(user + system);
  }

  async #claimAndSettle(): Promise<void> {
    const { store } = this.trial;
    const [worker, token] = [this.#worker, randomUUID()];
    const request = { worker, token, queues: undefined, tasks: ["work"], limit: batch, keyedLimit: batch };
    const { jobs } = await store.claim(request);
    equal(jobs.length, batch, "jobs claimed");
    const outcomes = jobs.map(({ id }) => ({ kind: "succeeded", id, token, result: "1" }) as const);
    const answers = await store.settle(worker, outcomes);
    equal(
      answers.findIndex((answer) => answer !== "applied"),
      -1,
      "the first job that was not settled",
    );
  }

  async close(): Promise<void> {
    await this.trial.store.extend(this.#worker, [], { leaving: true });
    await this.trial.close();
  }
}

function medianPerJob(ofBatches: readonly number[]): number {
  const sorted = ofBatches.toSorted((a, b) => a - b);
  return quantile(sorted, 0.5) / batch;
}
