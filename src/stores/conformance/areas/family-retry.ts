import assert from "node:assert/strict";
import type { ConformanceArea } from "../conformance-case.ts";

/** What a retry does to parents and children. */
export const familyRetry: ConformanceArea = {
  name: "retry of parents and children",
  cases: [
    {
      name: "retrying a parent sends the children that ended because of it back to wait",
      async run(trial) {
        const parent = trial.newJob();
        const child = trial.newJob({ parents: [parent.id] });
        const grandchild = trial.newJob({ parents: [child.id] });
        await trial.store.insert([parent, child, grandchild]);
        const worker = await trial.worker();
        await worker.fail(await worker.claimOne());
        assert.deepEqual(await trial.store.retry([child.id, grandchild.id]), ["parent", "parent"]);
        assert.deepEqual(await trial.store.retry([parent.id]), ["retried"]);
        const ids = [parent.id, child.id, grandchild.id];
        assert.deepEqual(await trial.statuses(ids), ["queued", "waiting", "waiting"]);
        const { error, endedBy, finishedAt } = await trial.record(child.id);
        assert.deepEqual([error, endedBy, finishedAt], [undefined, undefined, undefined]);
        for (const id of ids) {
          const job = await worker.claimOne();
          assert.equal(job.id, id);
          await worker.succeed(job);
        }
      },
    },
    {
      name: "a retry leaves children alone that ended by themselves, and ends those that another parent ended",
      async run(trial) {
        const parents = [await trial.insertOne(), await trial.insertOne()];
        const alone = await trial.insertOne({ parents: [parents[0] ?? ""] });
        await trial.store.cancel([alone]);
        const both = await trial.insertOne({ parents });
        const worker = await trial.worker();
        for (const job of await worker.claim()) await worker.fail(job);
        assert.deepEqual(await trial.store.retry(parents.slice(0, 1)), ["retried"]);
        assert.deepEqual(await trial.statuses([alone, both]), ["cancelled", "failed"]);
        assert.equal((await trial.record(both)).endedBy, parents[1]);
        assert.deepEqual(await trial.store.retry(parents.slice(1)), ["retried"]);
        assert.equal(await trial.status(both), "waiting");
      },
    },
    {
      name: "a cancelled child waits again when it is retried before its parent has ended",
      async run(trial) {
        const parent = await trial.insertOne();
        const child = await trial.insertOne({ parents: [parent] });
        await trial.store.cancel([child]);
        assert.deepEqual(await trial.store.retry([child]), ["retried"]);
        assert.equal(await trial.status(child), "waiting");
        const worker = await trial.worker();
        await worker.succeed(await worker.claimOne());
        assert.deepEqual(await worker.claimIds(), [child]);
      },
    },
    {
      name: "a child that ended by itself is retried alone, unless a parent would end it again",
      async run(trial) {
        const parent = await trial.insertOne();
        const child = await trial.insertOne({ parents: [parent] });
        await trial.store.cancel([child]);
        await trial.store.cancel([parent]);
        assert.deepEqual(await trial.store.retry([child]), ["parent"]);
        assert.equal(await trial.status(child), "cancelled");
      },
    },
    {
      name: "a parent that has been removed is waited for no more",
      async run(trial) {
        const parent = await trial.insertOne();
        const child = await trial.insertOne({ parents: [parent] });
        await trial.store.cancel([child]);
        await trial.store.cancel([parent]);
        assert.deepEqual(await trial.store.remove([parent]), ["removed"]);
        assert.deepEqual(await trial.store.retry([child]), ["retried"]);
        assert.deepEqual(await (await trial.worker()).claimIds(), [child]);
      },
    },
    {
      name: "a child whose unique key another job has by now stays ended, and so do its children",
      async run(trial) {
        const unique = { key: "k", onConflict: "reject" } as const;
        const parent = await trial.insertOne();
        const child = await trial.insertOne({ parents: [parent], unique });
        const grandchild = await trial.insertOne({ parents: [child] });
        await trial.store.cancel([parent]);
        const other = await trial.insertOne({ unique });
        assert.deepEqual(await trial.store.retry([parent]), ["retried"]);
        const ids = [parent, child, grandchild, other];
        assert.deepEqual(await trial.statuses(ids), ["queued", "cancelled", "cancelled", "queued"]);
      },
    },
  ],
};
