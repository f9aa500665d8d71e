import assert from "node:assert/strict";
import type { ConformanceArea } from "../conformance-case.ts";

/** Queues that are paused and resumed. */
export const queues: ConformanceArea = {
  name: "queues",
  cases: [
    {
      name: "nothing is claimed from a paused queue until it is resumed",
      async run(trial) {
        const [a, b] = await trial.insert({ queue: "a" }, { queue: "b" });
        const worker = await trial.worker();
        await trial.store.setQueue("a", { paused: true });
        assert.deepEqual(await worker.claimIds(), [b]);
        assert.deepEqual(await worker.claimIds({ queues: ["a"] }), []);
        await trial.store.setQueue("a", { paused: false });
        assert.deepEqual(await worker.claimIds(), [a]);
      },
    },
    {
      name: "a queue without jobs can be paused",
      async run(trial) {
        await trial.store.setQueue("later", { paused: true });
        await trial.insertOne({ queue: "later" });
        assert.deepEqual(await (await trial.worker()).claim(), []);
        const { queues } = await trial.store.counts(10);
        assert.deepEqual(
          queues.map(({ name, paused, queued }) => ({ name, paused, queued })),
          [{ name: "later", paused: true, queued: 1 }],
        );
      },
    },
    {
      name: "pausing twice is pausing once",
      async run(trial) {
        const id = await trial.insertOne();
        await trial.store.setQueue("default", { paused: true });
        await trial.store.setQueue("default", { paused: true });
        await trial.store.setQueue("default", { paused: false });
        assert.deepEqual(await (await trial.worker()).claimIds(), [id]);
      },
    },
    {
      name: "a paused queue stops neither what runs nor what becomes due",
      async run(trial) {
        const id = await trial.insertOne();
        const delayed = await trial.insertOne({ delayMs: 2 * trial.tick });
        const worker = await trial.worker();
        const job = await worker.claimOne();
        await trial.store.setQueue("default", { paused: true });
        assert.deepEqual(await worker.succeed(job), ["applied"]);
        await trial.pass(2.2);
        assert.deepEqual(await worker.claim(), []);
        assert.deepEqual(await trial.statuses([id, delayed]), ["succeeded", "queued"]);
        await trial.store.setQueue("default", { paused: false });
        assert.deepEqual(await worker.claimIds(), [delayed]);
      },
    },
    {
      name: "a paused queue leaves its share to the others",
      async run(trial) {
        await trial.insert({ queue: "a" }, { queue: "b" }, { queue: "b" });
        await trial.store.setQueue("a", { paused: true });
        const worker = await trial.worker({ queues: ["a", "b"] });
        assert.equal((await worker.claim({ limit: 2 })).length, 2);
      },
    },
    {
      name: "queues are told apart by every character of their names",
      async run(trial) {
        const names = ["q", "Q", "q ", "ü", "u\u0308"];
        await trial.insert(...names.map((queue) => ({ queue })));
        const worker = await trial.worker();
        for (const queue of names) {
          const jobs = await worker.claim({ queues: [queue] });
          assert.deepEqual(
            jobs.map((job) => job.queue),
            [queue],
          );
        }
      },
    },
  ],
};
