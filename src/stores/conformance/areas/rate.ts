import assert from "node:assert/strict";
import type { NewJob } from "../../contract/new-job.ts";
import { settableClock, type ConformanceArea } from "../conformance-case.ts";
import type { Trial } from "../trial.ts";

/** At most so many starts of a key in any window of time. */
export const rate: ConformanceArea = {
  name: "rate limits",
  cases: [
    {
      name: "no more jobs of a key are given in a window than its limit, others are",
      async run(trial) {
        const [first, second, third, plain] = await trial.insert(of(trial, 2), of(trial, 2), of(trial, 2), {});
        const worker = await trial.worker();
        assert.deepEqual(await worker.claimIds(), [first, second, plain]);
        assert.equal(await trial.status(third ?? ""), "queued");
        await trial.pass(5.2);
        assert.deepEqual(await worker.claimIds(), [third]);
      },
    },
    {
      name: "a start counts though its job has ended",
      async run(trial) {
        await trial.succeeded(of(trial, 1));
        const id = await trial.insertOne(of(trial, 1));
        const worker = await trial.worker();
        assert.deepEqual(await worker.claim(), []);
        await trial.pass(5.2);
        assert.deepEqual(await worker.claimIds(), [id]);
      },
    },
    {
      name: "the window is half open: a start leaves it exactly its length later",
      needs: settableClock,
      async run(trial) {
        await trial.insert(of(trial, 1), of(trial, 1));
        const worker = await trial.worker();
        await worker.claimOne();
        await trial.pass(5 - 1 / trial.tick);
        assert.deepEqual(await worker.claim(), []);
        await trial.pass(1 / trial.tick);
        assert.equal((await worker.claim()).length, 1);
      },
    },
    {
      name: "the limit holds in any window, not in fixed ones",
      needs: settableClock,
      async run(trial) {
        await trial.insert(...Array.from({ length: 40 }, () => of(trial, 3)));
        const worker = await trial.worker({ leaseMs: 1000 * trial.tick });
        const starts: number[] = [];
        for (let count = 0; count < 150; count += 1) {
          const { jobs, now } = await worker.ask({ limit: 1 + (count % 3) });
          starts.push(...jobs.map(() => now));
          await trial.pass([0.3, 0.7, 1.1][count % 3] ?? 1);
        }
        for (const end of starts) {
          const within = starts.filter((start) => start > end - 5 * trial.tick && start <= end).length;
          assert.ok(within <= 3, `${within} starts within one window`);
        }
        assert.equal(starts.length, 40);
      },
    },
    {
      name: "the next due time tells when there will be room",
      async run(trial) {
        await trial.insert(of(trial, 1), of(trial, 1));
        const worker = await trial.worker();
        const { nextDueInMs } = await worker.ask();
        const longest = 5 * trial.tick + trial.slack;
        assert.ok(nextDueInMs !== undefined && nextDueInMs > 0 && nextDueInMs <= longest, String(nextDueInMs));
        await trial.pass(5.2);
        assert.equal((await worker.claim()).length, 1);
        assert.equal((await worker.ask()).nextDueInMs, undefined);
      },
    },
    {
      name: "a claim counts as a start, also if the job is handed back",
      async run(trial) {
        const id = await trial.insertOne(of(trial, 1));
        const worker = await trial.worker();
        await worker.release(await worker.claimOne());
        assert.deepEqual([await worker.claimIds(), await trial.status(id)], [[], "queued"]);
        await trial.pass(5.2);
        assert.deepEqual(await worker.claimIds(), [id]);
      },
    },
    {
      name: "what was let through and then cancelled, expired or parked takes no place in the window",
      async run(trial) {
        const rule = of(trial, 1);
        const cancelled = await trial.insertOne(rule);
        await trial.insert({ ...rule, expiresInMs: trial.tick }, { ...rule, task: "newer" });
        const id = await trial.insertOne(rule);
        await trial.store.cancel([cancelled]);
        await trial.pass(1.2);
        const worker = await trial.worker();
        for (let setAside = 0; setAside < 2; setAside += 1) assert.deepEqual(await worker.claim(), []);
        assert.deepEqual(await worker.claimIds(), [id]);
      },
    },
    {
      name: "waiters come by priority, then in their order",
      async run(trial) {
        await trial.insertOne(of(trial, 1));
        const worker = await trial.worker({ leaseMs: 90 * trial.tick });
        await worker.claimOne();
        const [low, high] = await trial.insert(of(trial, 1), { ...of(trial, 1), priority: 1 });
        await trial.pass(5.2);
        assert.deepEqual(await worker.claimIds(), [high]);
        await trial.pass(5.2);
        assert.deepEqual(await worker.claimIds(), [low]);
      },
    },
    {
      name: "the limit of the job stored last counts",
      async run(trial) {
        const [, second] = await trial.insert(of(trial, 1), of(trial, 1));
        const worker = await trial.worker();
        await worker.claimOne();
        const third = await trial.insertOne(of(trial, 3));
        assert.deepEqual(await worker.claimIds(), [second, third]);
      },
    },
    {
      name: "the limit of a job that ends as it is stored counts for those that were stored before it",
      async run(trial) {
        const parent = await trial.insertOne();
        await trial.store.cancel([parent]);
        const worker = await trial.worker();
        await trial.insertOne(of(trial, 1));
        await worker.claimOne();
        const [before] = await trial.insert(of(trial, 1), of(trial, 1));
        await trial.insert({ ...of(trial, 2), parents: [parent] });
        assert.deepEqual(await worker.claimIds(), [before]);
      },
    },
    {
      name: "the window of the job stored last counts",
      async run(trial) {
        await trial.succeeded(of(trial, 1));
        const id = await trial.insertOne({ rate: { key: "r", limit: 1, perMs: trial.tick } });
        await trial.pass(1.2);
        assert.deepEqual(await (await trial.worker()).claimIds(), [id]);
      },
    },
    {
      name: "a job with both rules needs both",
      async run(trial) {
        const both = { ...of(trial, 2), concurrency: { key: "k", limit: 1 } };
        const [first, second, third] = await trial.insert(both, both, both);
        const worker = await trial.worker();
        const job = await worker.claimOne();
        assert.deepEqual([job.id, await worker.claimIds()], [first, []]);
        await worker.succeed(job);
        const next = await worker.claimOne();
        await worker.succeed(next);
        assert.deepEqual([next.id, await worker.claimIds()], [second, []]);
        await trial.pass(5.2);
        assert.deepEqual(await worker.claimIds(), [third]);
      },
    },
    {
      name: "room that time has made is not lost when a permit comes free before the next claim",
      async run(trial) {
        const concurrency = { key: "k", limit: 1 };
        await trial.insert(of(trial, 2), of(trial, 2), { concurrency });
        const worker = await trial.worker({ leaseMs: 90 * trial.tick });
        const holder = (await worker.claim())[2];
        const both = await trial.insertOne({ ...of(trial, 2), concurrency });
        const waiting = await trial.insert(of(trial, 2), of(trial, 2));
        await trial.pass(5.2);
        if (holder !== undefined) await worker.succeed(holder);
        await trial.store.cancel(waiting.slice(1));
        assert.deepEqual(new Set(await worker.claimIds()), new Set([both, waiting[0]]));
      },
    },
    {
      name: "a job that waits for its rate holds no permit of its concurrency key",
      async run(trial) {
        const concurrency = { key: "k", limit: 1 };
        await trial.succeeded(of(trial, 1));
        const waiting = await trial.insertOne({ ...of(trial, 1), concurrency });
        const other = await trial.insertOne({ concurrency });
        const worker = await trial.worker();
        const job = await worker.claimOne();
        assert.equal(job.id, other);
        await trial.pass(5.2);
        assert.deepEqual(await worker.claimIds(), []);
        await worker.succeed(job);
        assert.deepEqual(await worker.claimIds(), [waiting]);
      },
    },
  ],
};

function of(trial: Trial, limit: number): Partial<NewJob> {
  return { rate: { key: "r", limit, perMs: 5 * trial.tick } };
}
