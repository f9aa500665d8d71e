import assert from "node:assert/strict";
import type { CrashPolicy } from "../../contract/new-job.ts";
import type { ConformanceArea } from "../conformance-case.ts";
import type { Trial } from "../trial.ts";
import type { HeldJob } from "../trial-worker.ts";

/** What becomes of the jobs of workers that vanish. */
export const crashes: ConformanceArea = {
  name: "crashes",
  cases: [
    {
      name: "the jobs of a session that has run out are taken back, those of others are not",
      async run(trial) {
        const [lost, kept] = await trial.insert({}, {});
        const [victim, other] = [await trial.worker({ leaseMs: trial.tick }), await trial.worker()];
        await victim.claimOne();
        await other.claimOne();
        await trial.pass(1.5);
        const { jobs, expired, more } = await trial.store.reclaim(100);
        assert.deepEqual(jobs, [{ id: lost, task: "task", attempt: 1, status: "queued" }]);
        assert.deepEqual({ expired, more }, { expired: 0, more: false });
        assert.deepEqual(await trial.statuses([lost ?? "", kept ?? ""]), ["queued", "running"]);
      },
    },
    {
      name: "nothing is taken back before the lease has run out",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        await worker.claimOne();
        await trial.pass(1);
        assert.deepEqual(await trial.store.reclaim(100), { jobs: [], expired: 0, more: false });
        assert.equal(await trial.status(id), "running");
      },
    },
    {
      name: "a crash counts as an attempt and is noted as one that crashed",
      async run(trial) {
        const id = await trial.insertOne();
        await crash(trial, "host:7");
        const { failures, attempt } = await trial.record(id);
        assert.equal(attempt, 1);
        assert.deepEqual(
          failures.map(({ attempt, worker, crashed, error }) => ({ attempt, worker, crashed, name: error.name })),
          [{ attempt: 1, worker: "host:7", crashed: true, name: "WorkerLostError" }],
        );
        assert.equal((await (await trial.worker()).claimOne()).attempt, 2);
      },
    },
    {
      name: "a job that is lost only to crashes is started three times, then it has failed",
      async run(trial) {
        const id = await trial.insertOne({ crash: policy({ maxAttempts: 1 }) });
        for (let count = 0; count < 2; count += 1) {
          await crash(trial);
          assert.equal(await trial.status(id), "queued");
        }
        await crash(trial);
        const { status, error, failures } = await trial.record(id);
        assert.deepEqual([status, error?.name, failures.length], ["failed", "WorkerLostError", 3]);
      },
    },
    {
      name: "a crash after an attempt that failed by itself is bounded by the job's own attempts",
      async run(trial) {
        const id = await trial.insertOne({ crash: policy({ maxAttempts: 2 }) });
        const worker = await trial.worker();
        await worker.retry(await worker.claimOne());
        await crash(trial);
        assert.equal(await trial.status(id), "failed");
      },
    },
    {
      name: "the first crash fails a job that wants it so",
      async run(trial) {
        const id = await trial.insertOne({ crash: policy({ onCrash: "fail", maxAttempts: 9 }) });
        await crash(trial);
        assert.equal(await trial.status(id), "failed");
      },
    },
    {
      name: "the wait after a crash is that of the policy, growing up to its bound",
      async run(trial) {
        const delayMs = 20 * trial.tick;
        const rule = policy({ maxAttempts: 9, delayMs, growing: true, maxDelayMs: 30 * trial.tick });
        const id = await trial.insertOne({ crash: rule });
        await crash(trial);
        const first = await trial.record(id);
        assert.equal(first.status, "retrying");
        trial.assertTime(first.dueAt, (first.failures[0]?.endedAt ?? 0) + delayMs);
      },
    },
    {
      name: "jobs that are lost together come back together, also when they are lost again",
      async run(trial) {
        const crash = policy({ maxAttempts: 9, delayMs: trial.tick, maxDelayMs: trial.tick });
        const ids = await trial.insert({ crash }, { crash }, { crash });
        for (let count = 0; count < 2; count += 1) {
          const worker = await trial.worker({ leaseMs: trial.tick });
          assert.equal((await worker.claim()).length, 3);
          await trial.pass(1.5);
          await trial.store.reclaim(100);
          const records = await Promise.all(ids.map((id) => trial.record(id)));
          for (const { dueAt, failures } of records)
            trial.assertTime(dueAt, (failures.at(-1)?.endedAt ?? 0) + trial.tick);
          await trial.pass(1.2);
        }
      },
    },
    {
      name: "no more jobs are taken back than asked for, and the rest comes next",
      async run(trial) {
        const ids = await trial.insert({}, {}, {});
        const worker = await trial.worker({ leaseMs: trial.tick });
        await worker.claim();
        await trial.pass(1.5);
        const first = await trial.store.reclaim(2);
        assert.deepEqual([first.jobs.length, first.more], [2, true]);
        const second = await trial.store.reclaim(2);
        assert.deepEqual([second.jobs.length, second.more], [1, false]);
        const all = [...first.jobs, ...second.jobs].map(({ id }) => id);
        assert.deepEqual(all.toSorted(), ids.toSorted());
      },
    },
    {
      name: "a session of which some jobs have been taken back claims nothing more",
      async run(trial) {
        await trial.insert({}, {});
        const worker = await trial.worker({ leaseMs: trial.tick });
        await worker.claim();
        await trial.pass(1.5);
        await trial.store.reclaim(1);
        const { jobs, ended } = await worker.ask();
        assert.deepEqual({ jobs, ended }, { jobs: [], ended: true });
        assert.equal((await worker.extend([])).alive, false);
      },
    },
    {
      name: "jobs that are taken back and jobs that expire share the limit",
      async run(trial) {
        await trial.insert({}, {});
        const worker = await trial.worker({ leaseMs: trial.tick });
        await worker.claim();
        await trial.insert({ expiresInMs: trial.tick }, { expiresInMs: trial.tick });
        await trial.pass(1.5);
        const numbers: number[] = [];
        for (let calls = 0; calls < 2; calls += 1) {
          const { jobs, expired } = await trial.store.reclaim(3);
          numbers.push(jobs.length + expired);
        }
        assert.deepEqual(numbers, [3, 1]);
      },
    },
    {
      name: "a job that was asked to stop ends as cancelled when its worker vanishes, also if the crash would fail it",
      async run(trial) {
        const id = await trial.insertOne({ crash: policy({ onCrash: "fail" }) });
        const worker = await trial.worker({ leaseMs: trial.tick });
        await worker.claimOne();
        await trial.store.cancel([id]);
        await trial.pass(1.5);
        const { jobs } = await trial.store.reclaim(100);
        assert.deepEqual(
          jobs.map(({ status }) => status),
          ["cancelled"],
        );
        const { status, failures } = await trial.record(id);
        assert.deepEqual([status, failures.length], ["cancelled", 1]);
      },
    },
    {
      name: "jobs that were handed back do not count as crashed",
      async run(trial) {
        const id = await trial.insertOne({ crash: policy({ maxAttempts: 1 }) });
        const worker = await trial.worker();
        for (let count = 0; count < 5; count += 1) await worker.release(await worker.claimOne());
        await crash(trial);
        assert.equal(await trial.status(id), "queued");
      },
    },
    {
      name: "everything expires that was not claimed in time: due, delayed, blocked, waiting",
      async run(trial) {
        const concurrency = { key: "k", limit: 1 };
        const running = await trial.insertOne({ concurrency });
        const worker = await trial.worker();
        await worker.claimOne();
        const late = { expiresInMs: 2 * trial.tick };
        const ids = await trial.insert(
          late,
          { ...late, delayMs: 50 * trial.tick },
          { ...late, concurrency },
          { ...late, parents: [running] },
        );
        assert.equal((await trial.store.reclaim(100)).expired, 0);
        await trial.pass(2.5);
        assert.equal((await trial.store.reclaim(100)).expired, 4);
        assert.deepEqual(await trial.statuses(ids), ["expired", "expired", "expired", "expired"]);
        assert.deepEqual(await worker.claim(), []);
      },
    },
    {
      name: "no more jobs expire at once than asked for",
      async run(trial) {
        const late = { expiresInMs: trial.tick };
        await trial.insert(late, late, late);
        await trial.pass(1.5);
        const first = await trial.store.reclaim(2);
        const second = await trial.store.reclaim(2);
        assert.deepEqual([first.expired, first.more, second.expired, second.more], [2, true, 1, false]);
      },
    },
    {
      name: "a crash and a success at the same time: one of them wins, and both know",
      async run(trial) {
        for (let round = 0; round < 5; round += 1) {
          const id = await trial.insertOne();
          const worker = await trial.worker({ leaseMs: trial.tick });
          const job = await worker.claimOne();
          await trial.pass(1.5);
          const [settled, { jobs }] = await Promise.all([worker.succeed(job), trial.store.reclaim(100)]);
          const won = settled[0] === "applied";
          assert.deepEqual([jobs.length, await trial.status(id)], won ? [0, "succeeded"] : [1, "queued"]);
          await trial.store.cancel([id]);
        }
      },
    },
  ],
};

function policy(own: Partial<CrashPolicy>): CrashPolicy {
  return { onCrash: "retry", maxAttempts: 3, delayMs: 0, growing: false, maxDelayMs: 0, ...own };
}

/** Has a worker claim a job and vanish. */
async function crash(trial: Trial, name = "victim"): Promise<HeldJob> {
  const worker = await trial.worker({ leaseMs: trial.tick, name });
  const job = await worker.claimOne();
  await trial.pass(1.2);
  await trial.store.reclaim(100);
  return job;
}
