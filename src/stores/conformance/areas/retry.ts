import assert from "node:assert/strict";
import { newId } from "../../../base/ids.ts";
import type { ConformanceArea } from "../conformance-case.ts";

/** Jobs that have ended and are to run again. */
export const retry: ConformanceArea = {
  name: "retry",
  cases: [
    {
      name: "a failed job is due again at once, with attempts counted from 1 and its failures kept",
      async run(trial) {
        const id = await trial.failed();
        assert.deepEqual(await trial.store.retry([id]), ["retried"]);
        const record = await trial.record(id);
        assert.deepEqual(
          [record.status, record.attempt, record.error, record.finishedAt, record.failures.length],
          ["queued", 0, undefined, undefined, 1],
        );
        const worker = await trial.worker();
        const job = await worker.claimOne();
        assert.deepEqual([job.id, job.attempt], [id, 1]);
        assert.deepEqual(await worker.succeed(job, "1"), ["applied"]);
        assert.equal(await trial.status(id), "succeeded");
      },
    },
    {
      name: "each answer says why",
      async run(trial) {
        const [succeeded, failed] = [await trial.succeeded(), await trial.failed()];
        const active = await trial.insertOne();
        const answers = await trial.store.retry([newId(), active, succeeded, failed, failed]);
        assert.deepEqual(answers, ["unknown", "active", "succeeded", "retried", "active"]);
        assert.deepEqual(await trial.store.retry([]), []);
      },
    },
    {
      name: "a cancelled job can be retried",
      async run(trial) {
        const id = await trial.insertOne({ delayMs: 90 * trial.tick });
        await trial.store.cancel([id]);
        assert.deepEqual(await trial.store.retry([id]), ["retried"]);
        assert.deepEqual(await (await trial.worker()).claimIds(), [id]);
      },
    },
    {
      name: "an expired job can be retried, and does not expire again",
      async run(trial) {
        const id = await trial.insertOne({ expiresInMs: trial.tick });
        await trial.pass(1.5);
        await trial.store.reclaim(100);
        assert.deepEqual(await trial.store.retry([id]), ["retried"]);
        assert.equal((await trial.store.reclaim(100)).expired, 0);
        assert.deepEqual(await (await trial.worker()).claimIds(), [id]);
      },
    },
    {
      name: "crashes are counted anew after a retry",
      async run(trial) {
        const crash = { onCrash: "retry", maxAttempts: 1, delayMs: 0, growing: false, maxDelayMs: 0 } as const;
        const id = await trial.failed({ crash });
        await trial.store.retry([id]);
        const worker = await trial.worker({ leaseMs: trial.tick });
        await worker.claimOne();
        await trial.pass(1.5);
        await trial.store.reclaim(100);
        assert.equal(await trial.status(id), "queued");
      },
    },
    {
      name: "a snooze after a retry follows no failed attempt",
      async run(trial) {
        const id = await trial.failed();
        await trial.store.retry([id]);
        const worker = await trial.worker();
        await worker.snooze(await worker.claimOne(), 50 * trial.tick);
        assert.equal(await trial.status(id), "scheduled");
      },
    },
    {
      name: "steps are remembered over a retry",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const job = await worker.claimOne();
        await trial.store.record(worker.id, [{ id, token: job.token, kind: "step", name: "a", value: "1" }]);
        await worker.fail(job);
        await trial.store.retry([id]);
        assert.equal((await worker.claimOne()).hasSteps, true);
        assert.deepEqual(await trial.store.loadSteps(id), [{ name: "a", value: "1" }]);
      },
    },
    {
      name: "a retry takes the unique key again, or conflicts with who has it",
      async run(trial) {
        const unique = { key: "k", onConflict: "reject" } as const;
        const id = await trial.failed({ unique });
        const other = await trial.insertOne({ unique });
        assert.deepEqual(await trial.store.retry([id]), ["conflict"]);
        assert.equal(await trial.status(id), "failed");
        await trial.store.cancel([other]);
        assert.deepEqual(await trial.store.retry([id]), ["retried"]);
        assert.deepEqual(await trial.answerTo({ unique }), { id, deduplicated: true });
      },
    },
    {
      name: "a retried job stands at its gates like any other",
      async run(trial) {
        const concurrency = { key: "k", limit: 1 };
        const id = await trial.failed({ concurrency });
        const other = await trial.insertOne({ concurrency });
        const worker = await trial.worker();
        const job = await worker.claimOne();
        await trial.store.retry([id]);
        assert.deepEqual([job.id, await worker.claimIds()], [other, []]);
        await worker.succeed(job);
        assert.deepEqual(await worker.claimIds(), [id]);
      },
    },
  ],
};
