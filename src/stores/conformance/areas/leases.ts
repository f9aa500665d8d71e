import assert from "node:assert/strict";
import { newId } from "../../../base/ids.ts";
import type { ConformanceArea } from "../conformance-case.ts";

/** Sessions: how they are renewed, left and lost. */
export const leases: ConformanceArea = {
  name: "leases",
  cases: [
    {
      name: "a session that is renewed outlives its lease, with everything that it holds",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker({ leaseMs: 5 * trial.tick });
        const job = await worker.claimOne();
        for (let count = 0; count < 3; count += 1) {
          await trial.pass(2.5);
          assert.equal((await worker.extend([job.token])).alive, true);
          assert.deepEqual((await trial.store.reclaim(100)).jobs, []);
        }
        assert.deepEqual(await worker.succeed(job), ["applied"]);
        assert.equal(await trial.status(id), "succeeded");
      },
    },
    {
      name: "registering again renews too",
      async run(trial) {
        const id = newId();
        await trial.insertOne();
        const worker = await trial.worker({ id, leaseMs: 5 * trial.tick });
        const job = await worker.claimOne();
        await trial.pass(3);
        await trial.worker({ id, leaseMs: 5 * trial.tick });
        await trial.pass(3);
        await trial.store.reclaim(100);
        assert.deepEqual(await worker.succeed(job), ["applied"]);
      },
    },
    {
      name: "the token fences, not the clock: what nobody has reclaimed goes on",
      async run(trial) {
        await trial.insert({}, {});
        const worker = await trial.worker({ leaseMs: trial.tick });
        const [first, second] = await worker.claim();
        await trial.pass(3);
        if (first !== undefined) assert.deepEqual(await worker.succeed(first), ["applied"]);
        assert.equal((await worker.extend([second?.token ?? ""])).alive, true);
        assert.deepEqual((await trial.store.reclaim(100)).jobs, []);
        if (second !== undefined) assert.deepEqual(await worker.succeed(second), ["applied"]);
      },
    },
    {
      name: "what is held under tokens that are not named goes back without costing an attempt",
      async run(trial) {
        const [first, second] = await trial.insert({}, {});
        const worker = await trial.worker();
        const known = await worker.claimOne();
        await worker.claimOne();
        assert.deepEqual((await worker.extend([known.token])).cancel, []);
        assert.deepEqual(await trial.statuses([first ?? "", second ?? ""]), ["running", "queued"]);
        const again = await worker.claimOne();
        assert.deepEqual([again.id, again.attempt], [second, 1]);
      },
    },
    {
      name: "a claim that is under way keeps its jobs if its token is named",
      async run(trial) {
        await trial.insertOne();
        const worker = await trial.worker();
        const token = newId();
        await worker.extend([token]);
        const job = await worker.claimOne({ token });
        await worker.extend([token]);
        assert.deepEqual(await worker.succeed(job), ["applied"]);
      },
    },
    {
      name: "jobs of one claim stay together under its token",
      async run(trial) {
        const ids = await trial.insert({}, {}, {});
        const worker = await trial.worker();
        const [first] = await worker.claim();
        if (first !== undefined) await worker.succeed(first);
        await worker.extend([first?.token ?? ""]);
        assert.deepEqual(await trial.statuses(ids), ["succeeded", "running", "running"]);
        await worker.extend([]);
        assert.deepEqual(await trial.statuses(ids), ["succeeded", "queued", "queued"]);
      },
    },
    {
      name: "a worker takes back nothing of another one's",
      async run(trial) {
        const id = await trial.insertOne();
        const [holder, other] = [await trial.worker(), await trial.worker()];
        await holder.claimOne();
        await other.extend([]);
        assert.equal(await trial.status(id), "running");
      },
    },
    {
      name: "a session that leaves has ended, and what it held goes back without costing an attempt",
      async run(trial) {
        const id = await trial.insertOne();
        const [leaver, other] = [await trial.worker(), await trial.worker()];
        const job = await leaver.claimOne();
        assert.equal((await leaver.extend([job.token], { leaving: true })).alive, false);
        assert.deepEqual(await leaver.succeed(job), ["lost"]);
        assert.equal((await leaver.ask()).ended, true);
        const again = await other.claimOne();
        assert.deepEqual([again.id, again.attempt], [id, 1]);
        assert.equal((await leaver.extend([], { leaving: true })).alive, false);
      },
    },
    {
      name: "a session that has been reclaimed is dead: it extends nothing and claims nothing",
      async run(trial) {
        await trial.insertOne();
        const worker = await trial.worker({ leaseMs: trial.tick });
        const job = await worker.claimOne();
        await trial.pass(1.5);
        await trial.store.reclaim(100);
        const { alive, cancel } = await worker.extend([job.token]);
        assert.deepEqual({ alive, cancel }, { alive: false, cancel: [] });
        const { ended, jobs } = await worker.ask();
        assert.deepEqual({ ended, jobs }, { ended: true, jobs: [] });
      },
    },
    {
      name: "a session that runs out without holding anything ends as well",
      async run(trial) {
        const worker = await trial.worker({ leaseMs: trial.tick });
        await trial.pass(1.5);
        await trial.store.reclaim(100);
        assert.equal((await worker.extend([])).alive, false);
      },
    },
    {
      name: "extend names the jobs that somebody wants to stop, each time until they are settled",
      async run(trial) {
        const [id] = await trial.insert({}, {});
        const worker = await trial.worker();
        const [job] = await worker.claim();
        const tokens = [job?.token ?? ""];
        await trial.store.cancel([id ?? ""]);
        assert.deepEqual((await worker.extend(tokens)).cancel, [id]);
        assert.deepEqual((await worker.extend(tokens)).cancel, [id]);
        if (job !== undefined) await worker.succeed(job);
        assert.deepEqual((await worker.extend(tokens)).cancel, []);
      },
    },
    {
      name: "a job that goes back and was asked to stop ends as cancelled",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        await worker.claimOne();
        await trial.store.cancel([id]);
        await worker.extend([]);
        assert.equal(await trial.status(id), "cancelled");
      },
    },
  ],
};
