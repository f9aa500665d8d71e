import assert from "node:assert/strict";
import { newId } from "../../../base/ids.ts";
import type { NewJob } from "../../contract/new-job.ts";
import type { ConformanceArea } from "../conformance-case.ts";
import type { Trial } from "../trial.ts";
import { trialError } from "../trial-worker.ts";

/** Jobs that wait for other jobs. */
export const family: ConformanceArea = {
  name: "parents and children",
  cases: [
    {
      name: "a child waits for its parent, and is due when that has succeeded",
      async run(trial) {
        const [parent, child] = await trial.store.insert(pair(trial));
        const worker = await trial.worker();
        const job = await worker.claimOne();
        assert.deepEqual([job.id, await worker.claimIds()], [parent?.id, []]);
        const { status, dueAt } = await trial.record(child?.id ?? "");
        assert.deepEqual({ status, dueAt }, { status: "waiting", dueAt: undefined });
        await worker.succeed(job, "1");
        const next = await worker.claimOne();
        assert.deepEqual([next.id, next.parents], [child?.id, [parent?.id]]);
      },
    },
    {
      name: "a child may stand before its parent in a call",
      async run(trial) {
        const [parent, child] = pair(trial);
        await trial.store.insert([child, parent]);
        assert.deepEqual(await trial.statuses([child.id, parent.id]), ["waiting", "queued"]);
      },
    },
    {
      name: "a child waits for all of its parents, and knows them in their order",
      async run(trial) {
        const parents = await trial.insert({}, {}, {});
        const child = await trial.insertOne({ parents: parents.toReversed() });
        const worker = await trial.worker();
        for (const job of await worker.claim()) {
          assert.equal(await trial.status(child), "waiting");
          await worker.succeed(job);
        }
        assert.deepEqual((await worker.claimOne()).parents, parents.toReversed());
      },
    },
    {
      name: "parents that succeed in one batch let their child go once",
      async run(trial) {
        const parents = await trial.insert({}, {});
        const child = await trial.insertOne({ parents });
        const worker = await trial.worker();
        const jobs = await worker.claim();
        await worker.settle(...jobs.map(({ id, token }) => ({ id, token, kind: "succeeded", result: "1" }) as const));
        assert.deepEqual(await worker.claimIds(), [child]);
      },
    },
    {
      name: "parents that succeed at the same time lose no child",
      async run(trial) {
        const parents = await trial.insert(...Array.from({ length: 12 }, () => ({})));
        const child = await trial.insertOne({ parents });
        const workers = await Promise.all(parents.map(() => trial.worker()));
        const jobs = await Promise.all(workers.map((worker) => worker.claim({ limit: 2 })));
        await Promise.all(
          workers.map(async (worker, index) => {
            await Promise.all((jobs[index] ?? []).map((job) => worker.succeed(job)));
          }),
        );
        const worker = await trial.worker();
        for (const job of await worker.claim()) {
          if (job.id === child) return;
          await worker.succeed(job);
        }
        assert.deepEqual(await worker.claimIds(), [child]);
      },
    },
    {
      name: "a child's delay begins when its last parent has succeeded",
      async run(trial) {
        const parent = await trial.insertOne();
        const child = await trial.insertOne({ parents: [parent], delayMs: 3 * trial.tick });
        await trial.pass(2);
        const worker = await trial.worker();
        await worker.succeed(await worker.claimOne());
        const { finishedAt } = await trial.record(parent);
        const { status, dueAt } = await trial.record(child);
        assert.equal(status, "scheduled");
        trial.assertTime(dueAt, (finishedAt ?? 0) + 3 * trial.tick);
        await trial.pass(3.2);
        assert.deepEqual(await worker.claimIds(), [child]);
      },
    },
    {
      name: "a child of parents that have succeeded already is due at once",
      async run(trial) {
        const child = await trial.insertOne({ parents: [await trial.succeeded(), await trial.succeeded()] });
        assert.deepEqual(await (await trial.worker()).claimIds(), [child]);
      },
    },
    {
      name: "a child ends like its parent, at once, with an error that says why",
      async run(trial) {
        const parent = await trial.insertOne();
        const child = await trial.insertOne({ parents: [parent], task: "child" });
        const worker = await trial.worker();
        await worker.fail(await worker.claimOne());
        const { status, error, endedBy, attempt, finishedAt, failures } = await trial.record(child);
        assert.deepEqual(
          { status, endedBy, attempt, failures },
          { status: "failed", endedBy: parent, attempt: 0, failures: [] },
        );
        assert.equal(error?.name, "ParentError");
        const message = `task (${parent}), which it needs, ended as failed: ${trialError.message}`;
        assert.equal(error?.message, message);
        assert.notEqual(finishedAt, undefined);
      },
    },
    {
      name: "the end of a parent goes down to all generations",
      async run(trial) {
        const ids = [await trial.insertOne()];
        for (let depth = 0; depth < 20; depth += 1) ids.push(await trial.insertOne({ parents: [ids.at(-1) ?? ""] }));
        assert.deepEqual(await trial.store.cancel([ids[0] ?? ""]), ["cancelled"]);
        assert.deepEqual(new Set(await trial.statuses(ids)), new Set(["cancelled"]));
        assert.equal((await trial.record(ids[20] ?? "")).endedBy, ids[19]);
      },
    },
    {
      name: "children end with a parent that expires, and with one that is lost for good",
      async run(trial) {
        const crash = { onCrash: "fail", maxAttempts: 1, delayMs: 0, growing: false, maxDelayMs: 0 } as const;
        const [expiring, crashing] = await trial.insert({ queue: "none", expiresInMs: 1 }, { queue: "q", crash });
        const ids = await trial.insert({ parents: [expiring ?? ""] }, { parents: [crashing ?? ""] });
        await (await trial.worker({ leaseMs: 1, queues: ["q"] })).claimOne();
        await trial.pass(1);
        await trial.store.reclaim(100);
        assert.deepEqual(await trial.statuses(ids), ["expired", "failed"]);
      },
    },
    {
      name: "a child of a parent that has not succeeded ends at once",
      async run(trial) {
        const parents = [await trial.succeeded(), await trial.failed()];
        const child = await trial.insertOne({ parents });
        const grandchild = await trial.insertOne({ parents: [child] });
        assert.deepEqual(await trial.statuses([child, grandchild]), ["failed", "failed"]);
        assert.equal((await trial.record(child)).endedBy, parents[1]);
        assert.deepEqual(await (await trial.worker()).claim(), []);
      },
    },
    {
      name: "one parent that fails ends the child, whatever the others do",
      async run(trial) {
        const parents = await trial.insert({}, {});
        const child = await trial.insertOne({ parents });
        const worker = await trial.worker();
        const [first, second] = await worker.claim();
        if (first !== undefined) await worker.fail(first);
        assert.equal(await trial.status(child), "failed");
        if (second !== undefined) await worker.succeed(second);
        assert.deepEqual([await trial.status(child), await worker.claimIds()], ["failed", []]);
      },
    },
    {
      name: "an unknown parent is a fault, and nothing is stored",
      async run(trial) {
        const child = trial.newJob({ parents: [await trial.insertOne(), newId()] });
        await assert.rejects(trial.store.insert([child]), { code: "STORE_FAULT", passing: false });
        assert.equal(await trial.status(child.id), undefined);
      },
    },
    {
      name: "a spawned child of the job that spawns it is due at once",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const child = trial.newJob({ parents: [id] });
        await worker.succeed(await worker.claimOne(), "1", [child]);
        assert.deepEqual(await worker.claimIds(), [child.id]);
      },
    },
    {
      name: "a parent that is named by its id and by an alias counts once",
      async run(trial) {
        const unique = { key: "k", onConflict: "existing" } as const;
        const parents = [await trial.insertOne({ unique }), await trial.insertOne({ unique })];
        const child = await trial.insertOne({ parents });
        const worker = await trial.worker();
        await worker.succeed(await worker.claimOne());
        assert.deepEqual(await worker.claimIds(), [child]);
      },
    },
    {
      name: "a thousand parents are as good as one",
      async run(trial) {
        const number = Math.min(1000, trial.store.capabilities.maxBatch);
        const parents = await trial.insert(...Array.from({ length: number }, () => ({})));
        const child = await trial.insertOne({ parents });
        const worker = await trial.worker();
        const jobs = await worker.claim({ limit: number });
        await worker.settle(...jobs.map(({ id, token }) => ({ id, token, kind: "succeeded", result: "1" }) as const));
        const [job] = await worker.claim();
        assert.deepEqual([job?.id, job?.parents?.length], [child, number]);
      },
    },
  ],
};

function pair(trial: Trial): [parent: NewJob, child: NewJob] {
  const parent = trial.newJob();
  return [parent, trial.newJob({ parents: [parent.id] })];
}
