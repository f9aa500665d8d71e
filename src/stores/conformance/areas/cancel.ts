import assert from "node:assert/strict";
import { newId } from "../../../base/ids.ts";
import type { Outcome } from "../../contract/outcome.ts";
import type { ConformanceArea } from "../conformance-case.ts";
import { trialError } from "../trial-worker.ts";

/** What becomes of jobs that somebody wants to stop. */
export const cancel: ConformanceArea = {
  name: "cancel",
  cases: [
    {
      name: "what does not run ends as cancelled: due, delayed, blocked, waiting, parked",
      async run(trial) {
        const concurrency = { key: "k", limit: 1 };
        const [running, parked] = await trial.insert({ concurrency }, { task: "newer" });
        const worker = await trial.worker();
        await worker.claim();
        const ids = [
          parked ?? "",
          ...(await trial.insert({}, { delayMs: 2 * trial.tick }, { concurrency }, { parents: [running ?? ""] })),
        ];
        assert.deepEqual(
          await trial.store.cancel(ids),
          ids.map(() => "cancelled"),
        );
        for (const record of await trial.store.get(ids)) {
          assert.deepEqual([record?.status, record?.attempt, record?.error], ["cancelled", 0, undefined]);
          assert.notEqual(record?.finishedAt, undefined);
        }
        await trial.pass(2.5);
        assert.deepEqual(await (await trial.worker({ tasks: ["task", "newer"] })).claim(), []);
      },
    },
    {
      name: "the answers come in the order of the ids",
      async run(trial) {
        const running = await trial.insertOne();
        await (await trial.worker()).claimOne();
        const [queued] = await trial.insert({});
        const ended = queued ?? "";
        const answers = await trial.store.cancel([newId(), running, ended, ended]);
        assert.deepEqual(answers, ["unknown", "requested", "cancelled", "terminal"]);
        assert.deepEqual(await trial.store.cancel([]), []);
      },
    },
    {
      name: "what runs is asked to stop, and goes on until it is settled",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const job = await worker.claimOne();
        assert.deepEqual(await trial.store.cancel([id]), ["requested"]);
        assert.deepEqual(await trial.store.cancel([id]), ["requested"]);
        const { status, cancelRequested } = await trial.record(id);
        assert.deepEqual({ status, cancelRequested }, { status: "running", cancelRequested: true });
        assert.deepEqual(await worker.settle({ id, token: job.token, kind: "cancelled" }), ["applied"]);
        assert.equal(await trial.status(id), "cancelled");
      },
    },
    {
      name: "a success or a failure still counts after somebody wanted it to stop",
      async run(trial) {
        const ids = await trial.insert({}, {});
        const worker = await trial.worker();
        const [first, second] = await worker.claim();
        await trial.store.cancel(ids);
        if (first !== undefined) await worker.succeed(first, "1");
        if (second !== undefined) await worker.fail(second);
        assert.deepEqual(await trial.statuses(ids), ["succeeded", "failed"]);
      },
    },
    {
      name: "what would come back ends as cancelled instead: retry, snooze, sleep, release",
      async run(trial) {
        const ids = await trial.insert({}, {}, {}, {});
        const worker = await trial.worker();
        const jobs = await worker.claim();
        await trial.store.cancel(ids);
        const kinds = [
          { kind: "retry", delayMs: 0, error: trialError },
          { kind: "snooze", delayMs: 0 },
          { kind: "sleep", delayMs: 0, step: "nap" },
          { kind: "release" },
        ] as const;
        const outcomes = jobs.map(({ id, token }, index): Outcome => ({ id, token, ...(kinds[index] ?? kinds[3]) }));
        assert.deepEqual(await worker.settle(...outcomes), ["applied", "applied", "applied", "applied"]);
        const records = await trial.store.get(ids);
        assert.deepEqual(
          records.map((record) => [record?.status, record?.error, record?.attempt, record?.failures.length]),
          [
            ["cancelled", undefined, 1, 1],
            ["cancelled", undefined, 0, 0],
            ["cancelled", undefined, 0, 0],
            ["cancelled", undefined, 0, 0],
          ],
        );
      },
    },
    {
      name: "a job that is claimed and cancelled at the same time is one of the two",
      async run(trial) {
        for (let round = 0; round < 10; round += 1) {
          const id = await trial.insertOne();
          const worker = await trial.worker();
          const [jobs, [answer]] = await Promise.all([worker.claim(), trial.store.cancel([id])]);
          assert.equal(answer, jobs.length === 1 ? "requested" : "cancelled");
          for (const job of jobs) await worker.release(job);
          assert.equal(await trial.status(id), "cancelled");
        }
      },
    },
    {
      name: "a wish to stop is gone when the job is retried",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const job = await worker.claimOne();
        await trial.store.cancel([id]);
        await worker.release(job);
        assert.deepEqual(await trial.store.retry([id]), ["retried"]);
        assert.equal((await trial.record(id)).cancelRequested, false);
        await worker.release(await worker.claimOne());
        assert.equal(await trial.status(id), "queued");
      },
    },
  ],
};
