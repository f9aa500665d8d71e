import assert from "node:assert/strict";
import { newId } from "../../../base/ids.ts";
import type { NewJob } from "../../contract/new-job.ts";
import type { ConformanceArea } from "../conformance-case.ts";

/** Schedules, each of which fires once per slot. */
export const schedules: ConformanceArea = {
  name: "schedules",
  cases: [
    {
      name: "a new schedule begins now, and keeps its slot",
      async run(trial) {
        const first = await trial.store.schedules(["nightly"]);
        assert.deepEqual(first.schedules, [{ name: "nightly", lastSlot: first.now }]);
        await trial.pass(1);
        const second = await trial.store.schedules(["hourly", "nightly"]);
        assert.deepEqual(second.schedules, [{ name: "hourly", lastSlot: second.now }, ...first.schedules]);
        assert.ok(second.now > first.now);
        assert.deepEqual((await trial.store.schedules([])).schedules, []);
      },
    },
    {
      name: "firing moves the slot and stores the jobs",
      async run(trial) {
        const { now } = await trial.store.schedules(["nightly"]);
        const job = trial.newJob();
        assert.deepEqual(await trial.store.fire({ name: "nightly", expectedLast: now, slot: now + 5, jobs: [job] }), [
          { id: job.id, deduplicated: false },
        ]);
        assert.equal(await trial.status(job.id), "queued");
        assert.equal((await trial.store.schedules(["nightly"])).schedules[0]?.lastSlot, now + 5);
      },
    },
    {
      name: "a slot that somebody else has fired stores nothing",
      async run(trial) {
        const { now } = await trial.store.schedules(["nightly"]);
        await trial.store.fire({ name: "nightly", expectedLast: now, slot: now + 5, jobs: [trial.newJob()] });
        const late = trial.newJob();
        assert.equal(
          await trial.store.fire({ name: "nightly", expectedLast: now, slot: now + 5, jobs: [late] }),
          undefined,
        );
        assert.equal(await trial.status(late.id), undefined);
        assert.equal(
          await trial.store.fire({ name: "unknown", expectedLast: now, slot: now + 5, jobs: [late] }),
          undefined,
        );
      },
    },
    {
      name: "of many that fire at the same time one does",
      async run(trial) {
        const { now } = await trial.store.schedules(["nightly"]);
        const answers = await Promise.all(
          Array.from({ length: 10 }, () =>
            trial.store.fire({ name: "nightly", expectedLast: now, slot: now + 5, jobs: [trial.newJob()] }),
          ),
        );
        assert.equal(answers.filter((answer) => answer !== undefined).length, 1);
        assert.equal((await trial.store.counts(100)).statuses.queued, 1);
      },
    },
    {
      name: "a slot brings nothing while the last job fired before is unfinished, if told so",
      async run(trial) {
        const { now } = await trial.store.schedules(["nightly"]);
        const worker = await trial.worker();
        const fire = (slot: number, jobs: readonly NewJob[]) =>
          trial.store.fire({
            name: "nightly",
            expectedLast: now + slot - 1,
            slot: now + slot,
            jobs,
            unlessUnfinished: true,
          });
        const [first, second] = [trial.newJob(), trial.newJob()];
        assert.equal((await fire(1, [first, { ...second, parents: [first.id] }]))?.length, 2);
        await worker.succeed(await worker.claimOne());
        const [held, next] = [trial.newJob(), trial.newJob()];
        assert.deepEqual(await fire(2, [held]), []);
        assert.equal(await trial.status(held.id), undefined);
        await worker.succeed(await worker.claimOne());
        assert.deepEqual(await fire(3, [next]), [{ id: next.id, deduplicated: false }]);
      },
    },
    {
      name: "a slot may pass without jobs",
      async run(trial) {
        const { now } = await trial.store.schedules(["nightly"]);
        assert.deepEqual(await trial.store.fire({ name: "nightly", expectedLast: now, slot: now + 5, jobs: [] }), []);
        assert.equal((await trial.store.schedules(["nightly"])).schedules[0]?.lastSlot, now + 5);
      },
    },
    {
      name: "a job that has the unique key already is skipped, and the slot moves",
      async run(trial) {
        const unique = { key: "k", onConflict: "reject" } as const;
        const id = await trial.insertOne({ unique });
        const { now } = await trial.store.schedules(["nightly"]);
        const answer = await trial.store.fire({
          name: "nightly",
          expectedLast: now,
          slot: now + 5,
          jobs: [trial.newJob({ unique })],
        });
        assert.deepEqual(answer, [{ id, deduplicated: true }]);
        assert.equal(
          await trial.store.fire({ name: "nightly", expectedLast: now, slot: now + 5, jobs: [] }),
          undefined,
        );
      },
    },
    {
      name: "jobs that can't be stored leave the slot where it was",
      async run(trial) {
        const { now } = await trial.store.schedules(["nightly"]);
        const orphan = trial.newJob({ parents: [newId()] });
        await assert.rejects(trial.store.fire({ name: "nightly", expectedLast: now, slot: now + 5, jobs: [orphan] }), {
          code: "STORE_FAULT",
        });
        assert.equal((await trial.store.schedules(["nightly"])).schedules[0]?.lastSlot, now);
      },
    },
  ],
};
