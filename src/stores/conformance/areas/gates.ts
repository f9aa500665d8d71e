import assert from "node:assert/strict";
import type { NewJob } from "../../contract/new-job.ts";
import type { ConformanceArea } from "../conformance-case.ts";
import { listen } from "../listening.ts";
import { defined, type Trial } from "../trial.ts";

/** When what waits at a gate is let through, and who is told. */
export const gates: ConformanceArea = {
  name: "gates",
  cases: [
    {
      name: "a due job takes no permit before a claim: one that is stored later may come first",
      async run(trial) {
        for (const rule of [concurrency("k"), rate(trial, "r")]) {
          await trial.insertOne(rule);
          const high = await trial.insertOne({ ...rule, priority: 1 });
          assert.deepEqual(await (await trial.worker()).claimIds(), [high]);
        }
      },
    },
    {
      name: "a permit that comes back is given out by the next claim, to who is first by then",
      async run(trial) {
        await trial.insert(concurrency("k"), concurrency("k"));
        const worker = await trial.worker();
        await worker.succeed(await worker.claimOne());
        const high = await trial.insertOne({ ...concurrency("k"), priority: 1 });
        assert.deepEqual(await worker.claimIds(), [high]);
      },
    },
    {
      name: "a higher limit is given out by the next claim, to who is first by then",
      async run(trial) {
        await trial.insert(concurrency("k"), concurrency("k"));
        const worker = await trial.worker();
        await worker.claimOne();
        await trial.insertOne({ ...concurrency("k", 2), priority: -1 });
        const high = await trial.insertOne({ ...concurrency("k", 2), priority: 1 });
        assert.deepEqual(await worker.claimIds(), [high]);
      },
    },
    {
      name: "a claim lets jobs through to every queue, also to those that it does not serve",
      async run(trial) {
        const there = await trial.insertOne({ ...concurrency("k"), queue: "b" });
        const [a, b] = [await trial.worker({ queues: ["a"] }), await trial.worker({ queues: ["b"] })];
        assert.deepEqual(await a.claimIds(), []);
        await trial.insertOne({ ...concurrency("k"), queue: "a", priority: 1 });
        assert.deepEqual(await a.claimIds(), []);
        assert.deepEqual(await b.claimIds(), [there]);
      },
    },
    {
      name: "what has become due stands in line before anybody is let through",
      async run(trial) {
        await trial.insertOne(concurrency("k"));
        const high = await trial.insertOne({ ...concurrency("k"), priority: 1, delayMs: trial.tick });
        await trial.pass(1.2);
        assert.deepEqual(await (await trial.worker()).claimIds(), [high]);
      },
    },
    {
      name: "what was parked stands in line before anybody is let through",
      async run(trial) {
        const parked = await trial.insertOne({ ...concurrency("k"), task: "newer" });
        await (await trial.worker()).ask();
        await trial.pass(0.1);
        await trial.insertOne(concurrency("k"));
        assert.deepEqual(await (await trial.worker({ tasks: ["task", "newer"] })).claimIds(), [parked]);
      },
    },
    {
      name: "gates are filled in the order of their keys",
      async run(trial) {
        const [, first] = await trial.insert(
          { ...concurrency("l"), ...rate(trial, "r") },
          { ...concurrency("k"), ...rate(trial, "r") },
        );
        assert.deepEqual(await (await trial.worker()).claimIds(), [first]);
      },
    },
    {
      name: "rates are filled in the order of their keys",
      async run(trial) {
        const both = (key: string): Partial<NewJob> => ({ ...concurrency("k"), ...rate(trial, key) });
        await trial.insert(rate(trial, "r"), rate(trial, "s"));
        const worker = await trial.worker({ leaseMs: 90 * trial.tick });
        await worker.claim();
        const [, first] = await trial.insert(both("s"), both("r"));
        assert.deepEqual(await worker.claimIds(), []);
        await trial.pass(5.2);
        assert.deepEqual(await worker.claimIds(), [first]);
      },
    },
    {
      name: "gates of concurrency are filled before those of rate",
      async run(trial) {
        const [, both] = await trial.insert(
          { ...rate(trial, "r"), priority: 1 },
          { ...rate(trial, "r"), ...concurrency("k") },
        );
        assert.deepEqual(await (await trial.worker()).claimIds(), [both]);
      },
    },
    {
      name: "a permit that comes free while jobs are claimed is given out by the next claim, which is due at once",
      async run(trial) {
        const [parked, waiting] = await trial.insert({ ...concurrency("k"), task: "newer" }, concurrency("k"));
        const worker = await trial.worker();
        const heard = listen(trial);
        const answer = await worker.ask();
        assert.deepEqual([answer.jobs, answer.parked.map(({ id }) => id), answer.nextDueInMs], [[], [parked], 0]);
        await heard.wait("jobs");
        const next = await worker.ask();
        assert.deepEqual([next.jobs.map(({ id }) => id), next.nextDueInMs], [[waiting], undefined]);
      },
    },
    ...hints(),
  ],
};

/** Whatever makes room at a gate for somebody who waits is a hint. */
function hints(): ConformanceArea["cases"] {
  const worlds: Readonly<Record<string, (trial: Trial) => Promise<() => Promise<unknown>>>> = {
    "a job that is tried again much later": async (trial) => {
      await trial.insert(concurrency("k"), concurrency("k"));
      const worker = await trial.worker();
      const job = await worker.claimOne();
      return () => worker.retry(job, 1_000_000);
    },
    "a cancelled job that was let through": async (trial) => {
      const [, ready] = await trial.insert(concurrency("k", 2), concurrency("k", 2), concurrency("k", 2));
      await (await trial.worker()).claimOne();
      return () => trial.store.cancel([defined(ready)]);
    },
    "a cancelled job that would have started in its window": async (trial) => {
      const [, ready] = await trial.insert(rate(trial, "r", 2), rate(trial, "r", 2), rate(trial, "r", 2));
      await (await trial.worker()).claimOne();
      return () => trial.store.cancel([defined(ready)]);
    },
    "the end of a worker that had vanished": async (trial) => {
      const crash = { onCrash: "fail", maxAttempts: 1, delayMs: 0, growing: false, maxDelayMs: 0 } as const;
      await trial.insert({ ...concurrency("k"), crash }, concurrency("k"));
      await (await trial.worker({ leaseMs: trial.tick })).claimOne();
      await trial.pass(1.5);
      return () => trial.store.reclaim(100);
    },
    "a higher limit of a job that waits for others": async (trial) => {
      const [, , parent] = await trial.insert(concurrency("k"), concurrency("k"), {});
      await (await trial.worker()).claim();
      return () => trial.insertOne({ ...concurrency("k", 2), parents: [defined(parent)] });
    },
  };
  return Object.entries(worlds).map(([name, prepare]) => ({
    name: `room for somebody who waits is a hint: ${name}`,
    run: async (trial) => {
      const makeRoom = await prepare(trial);
      const heard = listen(trial);
      await makeRoom();
      await heard.wait("jobs");
    },
  })) satisfies ConformanceArea["cases"];
}

function concurrency(key: string, limit = 1): Partial<NewJob> {
  return { concurrency: { key, limit } };
}

function rate(trial: Trial, key: string, limit = 1): Partial<NewJob> {
  return { rate: { key, limit, perMs: 5 * trial.tick } };
}
