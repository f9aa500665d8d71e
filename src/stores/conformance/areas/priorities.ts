import assert from "node:assert/strict";
import type { ConformanceArea } from "../conformance-case.ts";

/** In which order jobs are claimed. */
export const priorities: ConformanceArea = {
  name: "priorities",
  cases: [
    {
      name: "higher priorities come first, over the whole range",
      async run(trial) {
        const order = [0, 100, -100, 5, -1, 1];
        await trial.insert(...order.map((priority) => ({ priority })));
        const worker = await trial.worker();
        const jobs = await worker.claim();
        assert.deepEqual(
          jobs.map(({ priority }) => priority),
          [100, 5, 1, 0, -1, -100],
        );
      },
    },
    {
      name: "equal priorities come in the order of storing, whatever their ids",
      async run(trial) {
        const jobs = Array.from({ length: 10 }, () => trial.newJob({ priority: 4 })).toReversed();
        await trial.store.insert(jobs);
        const worker = await trial.worker();
        assert.deepEqual(
          await worker.claimIds(),
          jobs.map(({ id }) => id),
        );
      },
    },
    {
      name: "a delayed job stands behind those that were due before it",
      async run(trial) {
        const delayed = await trial.insertOne({ delayMs: 2 * trial.tick });
        const early = await trial.insertOne();
        await trial.pass(3);
        const late = await trial.insertOne();
        const worker = await trial.worker();
        assert.deepEqual(await worker.claimIds(), [early, delayed, late]);
      },
    },
    {
      name: "a job that is handed back is in its old place",
      async run(trial) {
        const [first, second] = await trial.insert({}, {});
        const worker = await trial.worker();
        const job = await worker.claimOne();
        await trial.pass(0.1);
        await worker.release(job);
        assert.deepEqual(await worker.claimIds(), [first, second]);
      },
    },
    {
      name: "a job that snoozes or is tried again at once goes behind the others",
      async run(trial) {
        const [first, second, third] = await trial.insert({}, {}, {});
        const worker = await trial.worker();
        const [one, two] = await worker.claim({ limit: 2 });
        await trial.pass(0.1);
        if (one !== undefined) await worker.snooze(one);
        await trial.pass(0.1);
        if (two !== undefined) await worker.retry(two);
        assert.deepEqual(await worker.claimIds(), [third, first, second]);
      },
    },
    {
      name: "keyed and plain jobs of one priority keep their common order",
      async run(trial) {
        const keyed = { concurrency: { key: "k", limit: 10 } };
        const ids = await trial.insert({}, keyed, {}, keyed, {});
        const worker = await trial.worker();
        assert.deepEqual(await worker.claimIds(), ids);
      },
    },
    {
      name: "the order holds over many small claims",
      async run(trial) {
        const wanted: string[] = [];
        for (const priority of [3, 2, 1])
          wanted.push(...(await trial.insert({ priority }, { priority }, { priority })));
        const worker = await trial.worker();
        const claimed: string[] = [];
        for (let count = 0; count < wanted.length; count += 1) claimed.push(...(await worker.claimIds({ limit: 1 })));
        assert.deepEqual(claimed, wanted);
      },
    },
  ],
};
