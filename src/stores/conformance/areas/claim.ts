import assert from "node:assert/strict";
import { newId } from "../../../base/ids.ts";
import type { ConformanceArea } from "../conformance-case.ts";
import { defined } from "../trial.ts";

/** What a claim gives, and what it leaves. */
export const claim: ConformanceArea = {
  name: "claim",
  cases: [
    {
      name: "a claimed job has all that an attempt needs",
      async run(trial) {
        const given = { args: "[1]", options: '{"a":1}', trace: "00-1-2-01", priority: 3, queue: "q" };
        const id = await trial.insertOne(given);
        const worker = await trial.worker();
        const { jobs, parked, ended, now } = await worker.ask();
        const { createdAt, dueAt } = await trial.record(id);
        const facts = { attempt: 1, hasSteps: false, keyed: false, createdAt, dueAt: defined(dueAt) };
        assert.deepEqual(jobs, [{ id, task: "task", ...given, ...facts }]);
        assert.deepEqual({ parked, ended }, { parked: [], ended: false });
        assert.ok(now >= createdAt);
      },
    },
    {
      name: "a claimed job is running, by a worker with a name",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker({ name: "host:1" });
        const { now } = await worker.ask();
        const record = await trial.record(id);
        assert.deepEqual(
          { status: record.status, attempt: record.attempt, worker: record.worker, startedAt: record.startedAt },
          { status: "running", attempt: 1, worker: "host:1", startedAt: now },
        );
      },
    },
    {
      name: "a job is claimed once",
      async run(trial) {
        const ids = await trial.insert({}, {}, {});
        const [first, second] = [await trial.worker(), await trial.worker()];
        assert.deepEqual(await first.claimIds({ limit: 2 }), ids.slice(0, 2));
        assert.deepEqual(await second.claimIds(), ids.slice(2));
        assert.deepEqual(await first.claimIds(), []);
      },
    },
    {
      name: "workers that claim at the same time share the jobs",
      async run(trial) {
        const ids = await trial.insert(...Array.from({ length: 60 }, () => ({})));
        const workers = await Promise.all(Array.from({ length: 6 }, () => trial.worker()));
        const claimed: string[] = [];
        for (let round = 0; round < 10 && claimed.length < ids.length; round += 1) {
          claimed.push(...(await Promise.all(workers.map((worker) => worker.claimIds({ limit: 7 })))).flat());
        }
        assert.deepEqual(claimed.toSorted(), ids.toSorted());
      },
    },
    {
      name: "a job is not claimed before it is due, and is afterwards",
      async run(trial) {
        const id = await trial.insertOne({ delayMs: 3 * trial.tick });
        const worker = await trial.worker();
        const { jobs, nextDueInMs } = await worker.ask();
        assert.deepEqual(jobs, []);
        assert.ok(nextDueInMs !== undefined && nextDueInMs > 0 && nextDueInMs <= 3 * trial.tick, String(nextDueInMs));
        await trial.pass(3.2);
        assert.deepEqual(await worker.claimIds(), [id]);
      },
    },
    {
      name: "the next due time is that of the queues asked for, and absent when nothing waits for a time",
      async run(trial) {
        await trial.insert({ delayMs: 90 * trial.tick, queue: "a" }, { delayMs: 50 * trial.tick, queue: "b" });
        const worker = await trial.worker();
        const ofA = (await worker.ask({ queues: ["a"] })).nextDueInMs;
        const ofAll = (await worker.ask({ queues: ["a", "b"] })).nextDueInMs;
        assert.ok(ofA !== undefined && ofA > 50 * trial.tick && ofA <= 90 * trial.tick, String(ofA));
        assert.ok(ofAll !== undefined && ofAll <= 50 * trial.tick, String(ofAll));
        assert.equal((await worker.ask({ queues: ["c"] })).nextDueInMs, undefined);
      },
    },
    {
      name: "more is said when the limit was reached and something is left",
      async run(trial) {
        await trial.insert({}, {}, {});
        const worker = await trial.worker();
        assert.equal((await worker.ask({ limit: 2 })).more, true);
        assert.equal((await worker.ask({ limit: 2 })).more, false);
        assert.equal((await worker.ask({ limit: 2 })).more, false);
      },
    },
    {
      name: "a session that nobody registered gets nothing and is told",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const { jobs, ended } = await worker.ask({ worker: newId() });
        assert.deepEqual({ jobs, ended }, { jobs: [], ended: true });
        assert.deepEqual(await worker.claimIds(), [id]);
      },
    },
    {
      name: "a worker gets jobs of the queues that it serves only",
      async run(trial) {
        const [inA] = await trial.insert({ queue: "a" }, { queue: "b" });
        const worker = await trial.worker({ queues: ["a", "empty"] });
        assert.deepEqual(await worker.claimIds(), [inA]);
        assert.deepEqual(await worker.claimIds({ queues: [] }), []);
      },
    },
    {
      name: "each queue has an equal share, in the order asked for",
      async run(trial) {
        await trial.insert(...["a", "a", "a", "a", "b", "b", "b", "b"].map((queue) => ({ queue })));
        const worker = await trial.worker();
        const queuesOf = async (limit: number, queues: string[]): Promise<string> =>
          (await worker.claim({ limit, queues })).map(({ queue }) => queue).join("");
        assert.equal(await queuesOf(3, ["b", "a"]), "bba");
        assert.equal(await queuesOf(4, ["a", "b"]), "aabb");
      },
    },
    {
      name: "what one queue leaves goes to the others, also to those before it",
      async run(trial) {
        await trial.insert(...["a", "b", "b", "b", "b", "c"].map((queue) => ({ queue })));
        const worker = await trial.worker();
        const jobs = await worker.claim({ limit: 6, queues: ["b", "a", "c"] });
        assert.equal(jobs.map(({ queue }) => queue).join(""), "bbacbb");
      },
    },
    {
      name: "all queues are served in the order of their names when none is named",
      async run(trial) {
        await trial.insert(...["b", "a", "c"].map((queue) => ({ queue })));
        const worker = await trial.worker();
        const jobs = await worker.claim();
        assert.equal(jobs.map(({ queue }) => queue).join(""), "abc");
      },
    },
    {
      name: "when none is named, each queue that is not paused comes first in its turn",
      async run(trial) {
        await trial.insert(...["a", "a", "b", "b", "c", "d", "d"].map((queue) => ({ queue })));
        await trial.store.setQueue("c", { paused: true });
        const worker = await trial.worker();
        const queues: string[] = [];
        for (let turn = 0; turn < 6; turn += 1) queues.push((await worker.claimOne({ turn })).queue);
        assert.equal(queues.join(""), "abdabd");
      },
    },
    {
      name: "a job of an unknown task is parked and told once, and waits for a worker that knows it",
      async run(trial) {
        const id = await trial.insertOne({ task: "newer" });
        const [old, young] = [await trial.worker(), await trial.worker({ tasks: ["task", "newer"] })];
        const first = await old.ask();
        assert.deepEqual([first.jobs, first.parked], [[], [{ id, task: "newer" }]]);
        const second = await old.ask();
        assert.deepEqual([second.jobs, second.parked], [[], []]);
        const { status, parked, attempt } = await trial.record(id);
        assert.deepEqual({ status, parked, attempt }, { status: "queued", parked: true, attempt: 0 });
        const job = await young.claimOne();
        assert.deepEqual([job.id, job.attempt], [id, 1]);
        assert.equal((await trial.record(id)).parked, false);
      },
    },
    {
      name: "a parked job comes back to its old place",
      async run(trial) {
        const [old] = await trial.insert({ task: "newer" });
        await (await trial.worker()).ask();
        await trial.pass(0.1);
        const rest = await trial.insert({}, { priority: 1 });
        const worker = await trial.worker({ tasks: ["task", "newer"] });
        assert.deepEqual(await worker.claimIds(), [rest[1], old, rest[0]]);
      },
    },
    {
      name: "unknown tasks in front use up nothing of the limit",
      async run(trial) {
        const ids = await trial.insert({ task: "newer" }, { task: "newer" }, {}, {});
        const worker = await trial.worker();
        assert.deepEqual(await worker.claimIds({ limit: 2 }), ids.slice(2));
      },
    },
    {
      name: "a worker of another queue that knows the task leaves a parked job where it is",
      async run(trial) {
        await trial.insertOne({ task: "newer", queue: "a" });
        const old = await trial.worker({ queues: ["a"] });
        const elsewhere = await trial.worker({ tasks: ["newer"], queues: ["b"] });
        await old.ask();
        assert.deepEqual(await elsewhere.claimIds(), []);
        assert.deepEqual((await old.ask()).parked, []);
      },
    },
    {
      name: "no more keyed jobs are given than asked for, and others pass them",
      async run(trial) {
        const keyed = { concurrency: { key: "k", limit: 10 } };
        const [first, second, plain] = await trial.insert(keyed, keyed, {});
        const worker = await trial.worker();
        const jobs = await worker.claim({ keyedLimit: 1 });
        assert.deepEqual(
          jobs.map(({ id, keyed }) => ({ id, keyed })),
          [
            { id: first, keyed: true },
            { id: plain, keyed: false },
          ],
        );
        const { jobs: none, more } = await worker.ask({ keyedLimit: 0 });
        assert.deepEqual([none, more], [[], false]);
        assert.deepEqual(await worker.claimIds({ keyedLimit: 1 }), [second]);
      },
    },
    {
      name: "a job that is past its expiry is not given but expires, and uses up nothing of the limit",
      async run(trial) {
        const [late, good] = await trial.insert({ expiresInMs: trial.tick }, {});
        await trial.pass(1.2);
        const worker = await trial.worker();
        assert.deepEqual(await worker.claimIds({ limit: 1 }), [good]);
        const { status, finishedAt, attempt } = await trial.record(defined(late));
        assert.deepEqual({ status, attempt }, { status: "expired", attempt: 0 });
        assert.notEqual(finishedAt, undefined);
      },
    },
    {
      name: "a job that was claimed once never expires",
      async run(trial) {
        const id = await trial.insertOne({ expiresInMs: 2 * trial.tick });
        const worker = await trial.worker();
        await worker.release(await worker.claimOne());
        await trial.pass(2.5);
        await trial.store.reclaim(100);
        assert.deepEqual(await worker.claimIds(), [id]);
      },
    },
  ],
};
