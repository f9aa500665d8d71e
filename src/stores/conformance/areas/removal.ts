import assert from "node:assert/strict";
import { newId } from "../../../base/ids.ts";
import type { ConformanceArea } from "../conformance-case.ts";
import type { Trial } from "../trial.ts";

/** Jobs that are forgotten: at once by `remove`, in time by `prune`. */
export const removal: ConformanceArea = {
  name: "remove and prune",
  cases: [
    {
      name: "a removed job is unknown to everything",
      async run(trial) {
        const id = await trial.succeeded();
        assert.deepEqual(await trial.store.remove([id]), ["removed"]);
        assert.deepEqual(await trial.store.get([id]), [undefined]);
        assert.deepEqual((await trial.store.list({ limit: 10 })).jobs, []);
        assert.deepEqual(await trial.store.loadSteps(id), []);
        assert.deepEqual(await trial.store.events(id, 0, 10), []);
        assert.equal((await trial.store.counts(10)).statuses.succeeded, 0);
        assert.deepEqual(await trial.store.cancel([id]), ["unknown"]);
      },
    },
    {
      name: "each answer says why",
      async run(trial) {
        const parent = await trial.succeeded();
        const child = await trial.insertOne({ parents: [parent] });
        const failed = await trial.failed({ task: "other", queue: "other" });
        const answers = await trial.store.remove([newId(), child, parent, failed, failed]);
        assert.deepEqual(answers, ["unknown", "active", "needed", "removed", "unknown"]);
        assert.deepEqual(await trial.store.remove([]), []);
      },
    },
    {
      name: "a parent can go when its child has ended, and the child stays whole",
      async run(trial) {
        const parent = await trial.succeeded();
        const child = await trial.succeeded({ parents: [parent] });
        assert.deepEqual(await trial.store.remove([parent]), ["removed"]);
        assert.deepEqual((await trial.record(child)).parents, [parent]);
        assert.deepEqual(await trial.store.remove([child]), ["removed"]);
      },
    },
    {
      name: "the aliases of a removed job go with it",
      async run(trial) {
        const unique = { key: "k", onConflict: "existing" } as const;
        const first = await trial.insertOne({ unique });
        const alias = await trial.insertOne({ unique });
        await trial.store.cancel([first]);
        assert.deepEqual(await trial.store.remove([alias]), ["removed"]);
        assert.deepEqual(await trial.store.get([first, alias]), [undefined, undefined]);
      },
    },
    {
      name: "a removed job has no unique key, however long it was taken",
      async run(trial) {
        const unique = { key: "k", forMs: 90 * trial.tick, onConflict: "existing" } as const;
        const id = await trial.succeeded({ unique });
        await trial.store.remove([id]);
        assert.equal((await trial.answerTo({ unique })).deduplicated, false);
      },
    },
    {
      name: "an id can be stored again after its job was removed",
      async run(trial) {
        const job = trial.newJob();
        await trial.store.insert([job]);
        await trial.store.cancel([job.id]);
        await trial.store.remove([job.id]);
        assert.deepEqual(await trial.store.insert([job]), [{ id: job.id, deduplicated: false }]);
        assert.equal(await trial.status(job.id), "queued");
      },
    },
    {
      name: "jobs are pruned when they have been kept as long as they wanted, by how they ended",
      async run(trial) {
        const keep = { succeededMs: 2 * trial.tick, failedMs: 8 * trial.tick };
        const ids = [await trial.succeeded({ keep }), await trial.failed({ keep }), await trial.insertOne({ keep })];
        assert.equal(await pruneAll(trial), 0);
        await trial.pass(2.5);
        assert.equal(await pruneAll(trial), 1);
        assert.deepEqual(await trial.statuses(ids), [undefined, "failed", "queued"]);
        await trial.pass(8);
        assert.equal(await pruneAll(trial), 1);
        assert.deepEqual(await trial.statuses(ids), [undefined, undefined, "queued"]);
      },
    },
    {
      name: "cancelled and expired jobs are kept like failed ones",
      async run(trial) {
        const keep = { succeededMs: 0, failedMs: 5 * trial.tick };
        const [cancelled, expired] = await trial.insert({ keep }, { keep, expiresInMs: 1 });
        await trial.store.cancel([cancelled ?? ""]);
        await trial.pass(0.5);
        await trial.store.reclaim(100);
        assert.equal(await pruneAll(trial), 0);
        await trial.pass(5.5);
        assert.equal(await pruneAll(trial), 2);
        assert.deepEqual(await trial.statuses([cancelled ?? "", expired ?? ""]), [undefined, undefined]);
      },
    },
    {
      name: "a parent is kept as long as a child needs it, and goes afterwards",
      async run(trial) {
        const keep = { succeededMs: trial.tick, failedMs: trial.tick };
        const parent = await trial.succeeded({ keep });
        const child = await trial.insertOne({ parents: [parent] });
        await trial.pass(1.5);
        assert.equal(await pruneAll(trial), 0);
        const worker = await trial.worker();
        await worker.succeed(await worker.claimOne());
        assert.equal(await pruneAll(trial), 1);
        assert.deepEqual(await trial.statuses([parent, child]), [undefined, "succeeded"]);
      },
    },
    {
      name: "generations that ended with the first of them are all pruned",
      async run(trial) {
        const keep = { succeededMs: 0, failedMs: 0 };
        const first = await trial.insertOne({ keep });
        await trial.store.cancel([first]);
        const second = trial.newJob({ keep, parents: [first] });
        const third = trial.newJob({ keep, parents: [second.id] });
        await trial.store.insert([second, third]);
        await trial.pass(0.1);
        assert.equal(await pruneAll(trial), 3);
        assert.deepEqual(await trial.statuses([first, second.id, third.id]), [undefined, undefined, undefined]);
      },
    },
    {
      name: "a child of two children that ended with their parent ends once, and all are pruned",
      async run(trial) {
        const keep = { succeededMs: 0, failedMs: 0 };
        const top = await trial.insertOne({ keep });
        const middle = await trial.insert({ keep, parents: [top] }, { keep, parents: [top] });
        await trial.insertOne({ keep, parents: middle });
        await trial.store.cancel([top]);
        await trial.pass(0.1);
        assert.equal(await pruneAll(trial), 4);
      },
    },
    {
      name: "parents that are needed, however many, keep nothing behind them from being pruned",
      async run(trial) {
        const keep = { succeededMs: 0, failedMs: 0 };
        const parents = await trial.insert(...Array.from({ length: 600 }, () => ({ keep })));
        const worker = await trial.worker();
        const jobs = await worker.claim({ limit: parents.length });
        await trial.insertOne({ parents: [...parents, await trial.insertOne({ queue: "later" })] });
        await worker.settle(
          ...jobs.map(({ id, token }) => ({ kind: "succeeded", id, token, result: undefined }) as const),
        );
        await trial.pass(0.1);
        const other = await trial.insertOne({ keep });
        await trial.store.cancel([other]);
        await trial.pass(0.1);
        for (let calls = 0; calls < 20; calls += 1) await trial.store.prune(0);
        assert.deepEqual(await trial.statuses([other, ...parents.slice(0, 1)]), [undefined, "succeeded"]);
      },
    },
    {
      name: "a job that was retried is not pruned",
      async run(trial) {
        const id = await trial.failed({ keep: { succeededMs: trial.tick, failedMs: trial.tick } });
        await trial.store.retry([id]);
        await trial.pass(1.5);
        assert.equal(await pruneAll(trial), 0);
        assert.equal(await trial.status(id), "queued");
      },
    },
    {
      name: "many jobs are pruned over several calls",
      async run(trial) {
        const number = 250;
        const keep = { succeededMs: 0, failedMs: 0 };
        const ids = await trial.insert(...Array.from({ length: number }, () => ({ keep })));
        await trial.store.cancel(ids);
        await trial.pass(0.1);
        assert.equal(await pruneAll(trial), number);
        assert.deepEqual((await trial.store.list({ limit: 10 })).jobs, []);
      },
    },
  ],
};

/** Prunes until there is nothing more to prune; how many went. */
async function pruneAll(trial: Trial): Promise<number> {
  let removed = 0;
  for (let calls = 0; calls < 1000; calls += 1) {
    const answer = await trial.store.prune(5);
    removed += answer.removed;
    if (!answer.more) return removed;
  }
  throw new assert.AssertionError({ message: "prune has always more to do" });
}
