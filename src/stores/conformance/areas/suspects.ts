import assert from "node:assert/strict";
import type { NewJob } from "../../contract/new-job.ts";
import type { ConformanceArea } from "../conformance-case.ts";
import { listen } from "../listening.ts";
import { defined, type Trial } from "../trial.ts";
import type { HeldJob, TrialWorker } from "../trial-worker.ts";

const crash = { onCrash: "retry", maxAttempts: 9, delayMs: 0, growing: false, maxDelayMs: 0 } as const;
const keyed: Partial<NewJob> = { concurrency: { key: "k", limit: 10 } };

/** What is given together, when jobs were lost to crashes again and again. */
export const suspects: ConformanceArea = {
  name: "suspects",
  cases: [
    {
      name: "a job that was lost twice is given without another one",
      async run(trial) {
        const [first, second] = await lost(trial, 2, {}, {});
        const worker = await trial.worker();
        const job = await worker.claimOne({ limit: 100 });
        assert.deepEqual([job.id, job.attempt, await worker.claimIds()], [first, 3, []]);
        await worker.succeed(job);
        assert.deepEqual(await worker.claimIds(), [second]);
      },
    },
    {
      name: "jobs that were lost once are given together",
      async run(trial) {
        const ids = await lost(trial, 1, {}, {}, {});
        assert.deepEqual(await (await trial.worker()).claimIds(), ids);
      },
    },
    {
      name: "a suspect is not given beside jobs that were lost once, which go on",
      async run(trial) {
        const suspect = await lost(trial, 2, { priority: 1 });
        const once = await lost(trial, 1, { queue: "other" }, { queue: "other" });
        const worker = await trial.worker();
        const [first] = await worker.claim({ queues: ["other"], limit: 1 });
        assert.deepEqual([first?.id, await worker.claimIds()], [once[0], once.slice(1)]);
        assert.deepEqual(await worker.claimIds(), []);
        assert.deepEqual(await (await trial.worker()).claimIds(), suspect);
      },
    },
    {
      name: "no job that was lost once is given beside a suspect",
      async run(trial) {
        const suspect = await lost(trial, 2, {});
        const once = await lost(trial, 1, { queue: "other" });
        const worker = await trial.worker();
        const [job] = await worker.claim({ queues: ["default"] });
        assert.deepEqual([job?.id, await worker.claimIds()], [suspect[0], []]);
        await worker.succeed(defined(job));
        assert.deepEqual(await worker.claimIds(), once);
      },
    },
    {
      name: "a job of an unknown task that was lost once stays where it is beside a suspect",
      async run(trial) {
        const suspect = await lost(trial, 2, { priority: 1 });
        await lost(trial, 1, { task: "newer", queue: "other" });
        const worker = await trial.worker({ queues: ["default", "other"] });
        const { jobs, parked } = await worker.ask();
        assert.deepEqual([jobs.map(({ id }) => id), parked], [suspect, []]);
      },
    },
    {
      name: "jobs that never crashed are given beside a suspect, in their order",
      async run(trial) {
        const [suspect] = await lost(trial, 2, {}, {});
        const [last, first, withKey] = await trial.insert({ priority: -1 }, { priority: 1 }, keyed);
        const worker = await trial.worker();
        assert.deepEqual(await worker.claimIds(), [first, suspect, withKey, last]);
        const more = await trial.insert({}, keyed);
        assert.deepEqual(await worker.claimIds(), more);
      },
    },
    {
      name: "suspects that are passed over, however many, stand in nobody's way",
      async run(trial) {
        const waiting = await lost(trial, 2, ...Array.from({ length: 40 }, () => ({ priority: 1 })));
        const once = await lost(trial, 1, { queue: "other" }, { queue: "other" });
        const worker = await trial.worker();
        await worker.claim({ queues: ["other"], limit: 1 });
        const plain = await trial.insertOne({ queue: "other" });
        assert.deepEqual(await worker.claimIds({ limit: 2 }), [once[1], plain]);
        assert.deepEqual(await (await trial.worker()).claimIds(), waiting.slice(0, 1));
      },
    },
    {
      name: "what is kept from a session is no more for it to claim",
      async run(trial) {
        await lost(trial, 2, {}, {});
        const worker = await trial.worker();
        const first = await worker.ask({ limit: 1 });
        const second = await worker.ask({ limit: 1 });
        assert.deepEqual([first.jobs.length, first.more, second.jobs.length, second.more], [1, false, 0, false]);
        assert.deepEqual([first.nextDueInMs, second.nextDueInMs], [undefined, undefined]);
      },
    },
    {
      name: "every session has a suspect of its own",
      async run(trial) {
        const ids = await lost(trial, 2, {}, {}, {});
        const workers = await Promise.all([trial.worker(), trial.worker(), trial.worker()]);
        const claimed = await Promise.all(workers.map((worker) => worker.claimIds()));
        assert.deepEqual(claimed.flat().toSorted(), ids.toSorted());
        assert.ok(claimed.every(({ length }) => length === 1));
      },
    },
    {
      name: "the rule counts over all queues",
      async run(trial) {
        const ids = await lost(trial, 2, { queue: "a" }, { queue: "b" });
        assert.deepEqual(await (await trial.worker()).claimIds({ queues: ["b", "a"] }), ids.slice(1));
      },
    },
    {
      name: "a suspect with a key counts as a keyed one",
      async run(trial) {
        const ids = await lost(trial, 2, keyed);
        const worker = await trial.worker();
        assert.deepEqual(await worker.claimIds({ keyedLimit: 0 }), []);
        assert.deepEqual(await worker.claimIds({ keyedLimit: 1 }), ids);
      },
    },
    {
      name: "suspects that were parked, snoozed or handed back are suspects again",
      async run(trial) {
        const tasks = ["newer"];
        const ids = await lost(trial, 2, { task: "newer" }, { task: "newer" });
        assert.equal((await (await trial.worker()).ask()).parked.length, 2);
        const worker = await trial.worker({ tasks });
        await worker.release(await worker.claimOne());
        await worker.snooze(await worker.claimOne());
        assert.equal((await worker.claimIds()).length, 1);
        const { length } = await (await trial.worker({ tasks })).claimIds();
        assert.deepEqual([length, ids.length], [1, 2]);
      },
    },
    {
      name: "a job that has failed by itself as well is no suspect",
      async run(trial) {
        const ids = await lost(trial, 1, {}, {});
        const worker = await trial.worker();
        for (const job of await worker.claim()) await worker.retry(job);
        await loseAll(trial);
        assert.deepEqual(await (await trial.worker()).claimIds(), ids);
      },
    },
    {
      name: "a suspect that is brought back by hand is none",
      async run(trial) {
        const ids = await lost(trial, 2, {}, {});
        const worker = await trial.worker();
        for (let count = 0; count < 2; count += 1) await worker.fail(await worker.claimOne());
        await trial.store.retry(ids);
        assert.deepEqual(await worker.claimIds(), ids);
      },
    },
    {
      name: "a job that always kills its process takes nobody with it three times",
      async run(trial) {
        const [before, poison, after] = await trial.insert(
          { crash },
          { crash: { ...crash, maxAttempts: 4 } },
          { crash },
        );
        for (let rounds = 0; rounds < 8; rounds += 1) {
          const worker = await trial.worker({ leaseMs: trial.tick });
          const jobs = await worker.claim();
          if (jobs.some(({ id }) => id === poison)) await vanish(trial);
          else for (const job of jobs) await worker.succeed(job);
        }
        const ids = [before, poison, after].map(defined);
        assert.deepEqual(await trial.statuses(ids), ["succeeded", "failed", "succeeded"]);
      },
    },
    ...hints(),
  ],
};

/** However a suspect leaves its session, that is a hint: the next one can be given. */
function hints(): ConformanceArea["cases"] {
  const ways: Readonly<Record<string, (worker: TrialWorker, job: HeldJob, trial: Trial) => Promise<unknown>>> = {
    succeeds: (worker, job) => worker.succeed(job),
    fails: (worker, job) => worker.fail(job),
    "ends as cancelled": (worker, { id, token }) => worker.settle({ id, token, kind: "cancelled" }),
    "is tried again later": (worker, job) => worker.retry(job, 1_000_000),
    snoozes: (worker, job) => worker.snooze(job, 1_000_000),
    "was asked to stop and is handed back": async (worker, job, trial) => {
      await trial.store.cancel([job.id]);
      return worker.extend([]);
    },
  };
  return Object.entries(ways).map(([name, settle]) => ({
    name: `the next suspect is given, and a hint, when one ${name}`,
    run: async (trial) => {
      const [, second] = await lost(trial, 2, {}, {});
      const worker = await trial.worker();
      const job = await worker.claimOne();
      const heard = listen(trial);
      await settle(worker, job, trial);
      await heard.wait("jobs");
      assert.deepEqual(await worker.claimIds(), [second]);
    },
  })) satisfies ConformanceArea["cases"];
}

/** Stores jobs of one or several queues that are then lost to crashes so often, at most twice. */
async function lost(trial: Trial, times: 1 | 2, ...jobs: readonly Partial<NewJob>[]): Promise<string[]> {
  const ids = await trial.insert(...jobs.map((job) => ({ crash, ...job })));
  const queues = [...new Set(jobs.map(({ queue = "default" }) => queue))];
  for (let count = 0; count < times; count += 1) await loseAll(trial, queues);
  return ids;
}

/** Has a worker claim all that it is given, and vanish. */
async function loseAll(trial: Trial, queues?: readonly string[]): Promise<void> {
  const tasks = ["task", "newer"];
  const worker = await trial.worker({ leaseMs: trial.tick, tasks, ...(queues === undefined ? {} : { queues }) });
  await worker.claim();
  await vanish(trial);
}

/** The leases of workers that had a tick run out. */
async function vanish(trial: Trial): Promise<void> {
  await trial.pass(1.2);
  await trial.store.reclaim(100);
}
