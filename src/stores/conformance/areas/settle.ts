import assert from "node:assert/strict";
import { newId } from "../../../base/ids.ts";
import type { Outcome } from "../../contract/outcome.ts";
import type { ConformanceArea } from "../conformance-case.ts";
import type { HeldJob } from "../trial-worker.ts";
import { trialError } from "../trial-worker.ts";

/** What an outcome does, to whom, and how often. */
export const settle: ConformanceArea = {
  name: "settle",
  cases: [
    {
      name: "a success has its result and its time",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker({ name: "host:1" });
        assert.deepEqual(await worker.succeed(await worker.claimOne(), '{"a":1}'), ["applied"]);
        const record = await trial.record(id);
        assert.deepEqual(
          { status: record.status, result: record.result, attempt: record.attempt, worker: record.worker },
          { status: "succeeded", result: '{"a":1}', attempt: 1, worker: "host:1" },
        );
        assert.ok((record.finishedAt ?? 0) >= (record.startedAt ?? Number.POSITIVE_INFINITY));
        assert.equal(record.error, undefined);
      },
    },
    {
      name: "a success with nothing has no result",
      async run(trial) {
        assert.equal("result" in (await trial.record(await trial.succeeded())), false);
      },
    },
    {
      name: "a failure has its error, and is one of the failed attempts",
      async run(trial) {
        const id = await trial.failed();
        const { status, error, failures, finishedAt, startedAt } = await trial.record(id);
        assert.deepEqual({ status, error }, { status: "failed", error: trialError });
        const endedAt = failures[0]?.endedAt;
        assert.deepEqual(failures, [
          { attempt: 1, startedAt, endedAt, worker: "trial", error: trialError, crashed: false },
        ]);
        trial.assertTime(endedAt, finishedAt);
      },
    },
    {
      name: "an error keeps its stack, and has none where none was given",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const { token } = await worker.claimOne();
        await worker.settle({ id, token, kind: "failed", error: { ...trialError, stack: "at here" } });
        assert.deepEqual((await trial.record(id)).error, { ...trialError, stack: "at here" });
        assert.equal("stack" in ((await trial.record(await trial.failed())).error ?? {}), false);
      },
    },
    {
      name: "an attempt can end its job as cancelled, with an error or without",
      async run(trial) {
        const [plain, told] = await trial.insert({}, {});
        const worker = await trial.worker();
        const [first, second] = await worker.claim();
        const token = first?.token ?? "";
        const answers = await worker.settle(
          { id: plain ?? "", token, kind: "cancelled" },
          { id: second?.id ?? "", token, kind: "cancelled", error: trialError },
        );
        assert.deepEqual(answers, ["applied", "applied"]);
        const [one, two] = await trial.store.get([plain ?? "", told ?? ""]);
        assert.deepEqual(
          [one?.status, one?.error, two?.status, two?.error],
          ["cancelled", undefined, "cancelled", trialError],
        );
        assert.deepEqual(two?.failures, []);
      },
    },
    {
      name: "a retry counts the attempt, remembers its error and waits",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        await worker.retry(await worker.claimOne(), 3 * trial.tick);
        const { status, attempt, failures, error } = await trial.record(id);
        assert.deepEqual({ status, attempt, error }, { status: "retrying", attempt: 1, error: undefined });
        assert.deepEqual(
          failures.map((failure) => [failure.attempt, failure.error, failure.crashed]),
          [[1, trialError, false]],
        );
        assert.deepEqual(await worker.claim(), []);
        await trial.pass(3.2);
        assert.equal(await trial.status(id), "queued");
        assert.equal((await worker.claimOne()).attempt, 2);
      },
    },
    {
      name: "the failed attempts stay in their order, the last hundred of them",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        for (let count = 0; count < 103; count += 1) await worker.retry(await worker.claimOne());
        const { failures } = await trial.record(id);
        assert.deepEqual(
          failures.map(({ attempt }) => attempt),
          Array.from({ length: 100 }, (_, index) => index + 4),
        );
      },
    },
    {
      name: "a snooze costs no attempt and waits",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        await worker.snooze(await worker.claimOne(), 3 * trial.tick);
        const { status, attempt, failures } = await trial.record(id);
        assert.deepEqual({ status, attempt, failures }, { status: "scheduled", attempt: 0, failures: [] });
        assert.deepEqual(await worker.claim(), []);
        await trial.pass(3.2);
        assert.equal((await worker.claimOne()).attempt, 1);
      },
    },
    {
      name: "a snooze after a failed attempt keeps what was counted",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        await worker.retry(await worker.claimOne());
        await worker.snooze(await worker.claimOne(), 3 * trial.tick);
        const { status, attempt } = await trial.record(id);
        assert.deepEqual({ status, attempt }, { status: "retrying", attempt: 1 });
      },
    },
    {
      name: "a sleep remembers until when, and costs no attempt",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const { token } = await worker.claimOne();
        await worker.settle({ id, token, kind: "sleep", delayMs: 2 * trial.tick, step: "nap" });
        const { dueAt, status } = await trial.record(id);
        assert.equal(status, "scheduled");
        assert.deepEqual(await trial.store.loadSteps(id), [{ name: "nap", sleepUntil: dueAt }]);
        await trial.pass(2.2);
        const { attempt, hasSteps } = await worker.claimOne();
        assert.deepEqual({ attempt, hasSteps }, { attempt: 1, hasSteps: true });
      },
    },
    {
      name: "a release costs no attempt and is due as before",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const job = await worker.claimOne();
        await trial.pass(0.5);
        assert.deepEqual(await worker.release(job), ["applied"]);
        const { status, attempt, dueAt } = await trial.record(id);
        assert.deepEqual({ status, attempt, dueAt }, { status: "queued", attempt: 0, dueAt: job.dueAt });
      },
    },
    {
      name: "a lost claim settles nothing",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker({ leaseMs: trial.tick });
        const old = await worker.claimOne();
        await trial.pass(1.5);
        await trial.store.reclaim(100);
        const other = await trial.worker();
        const job = await other.claimOne();
        for (const outcome of everyOutcome(old)) assert.deepEqual(await worker.settle(outcome), ["lost"], outcome.kind);
        assert.equal(await trial.status(id), "running");
        assert.deepEqual(await other.succeed(job, "1"), ["applied"]);
      },
    },
    {
      name: "whatever was settled once is not settled again under its token",
      async run(trial) {
        const worker = await trial.worker();
        for (let index = 0; index < 7; index += 1) {
          await trial.insertOne();
          const job = await worker.claimOne();
          const outcome = everyOutcome(job)[index];
          if (outcome === undefined) continue;
          assert.deepEqual(await worker.settle(outcome), ["applied"], outcome.kind);
          const before = await trial.record(job.id);
          assert.deepEqual(await worker.settle(outcome), ["repeated"], outcome.kind);
          assert.deepEqual(await worker.succeed(job), ["repeated"], outcome.kind);
          assert.deepEqual(await trial.record(job.id), before, outcome.kind);
          await trial.store.cancel([job.id]);
        }
      },
    },
    {
      name: "settling again is still known when the job has been claimed anew",
      async run(trial) {
        await trial.insertOne();
        const worker = await trial.worker();
        const first = await worker.claimOne();
        await worker.retry(first);
        const second = await worker.claimOne();
        assert.deepEqual(await worker.retry(first), ["repeated"]);
        assert.deepEqual(await worker.succeed(second), ["applied"]);
      },
    },
    {
      name: "a batch is judged job by job, and answered in its order",
      async run(trial) {
        const ids = await trial.insert({}, {}, {});
        const worker = await trial.worker();
        const [a, b, c] = await worker.claim();
        if (a === undefined || b === undefined || c === undefined)
          throw new assert.AssertionError({ message: "three" });
        await worker.succeed(b);
        const answers = await worker.settle(
          { id: c.id, token: c.token, kind: "failed", error: trialError },
          { id: b.id, token: b.token, kind: "succeeded", result: undefined },
          { id: newId(), token: c.token, kind: "succeeded", result: undefined },
          { id: a.id, token: a.token, kind: "succeeded", result: "1" },
          { id: a.id, token: a.token, kind: "failed", error: trialError },
        );
        assert.deepEqual(answers, ["applied", "repeated", "lost", "applied", "repeated"]);
        assert.deepEqual(await trial.statuses(ids), ["succeeded", "succeeded", "failed"]);
      },
    },
    {
      name: "spawned jobs are stored with the success",
      async run(trial) {
        await trial.insertOne();
        const worker = await trial.worker();
        const spawned = [trial.newJob({ args: "[1]" }), trial.newJob({ delayMs: 5 * trial.tick })];
        await worker.succeed(await worker.claimOne(), undefined, spawned);
        assert.deepEqual(await trial.statuses(spawned.map(({ id }) => id)), ["queued", "scheduled"]);
      },
    },
    {
      name: "a success that is lost or repeated spawns nothing",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const job = await worker.claimOne();
        const spawned = [trial.newJob()];
        assert.deepEqual(await worker.succeed({ ...job, token: newId() }, undefined, spawned), ["lost"]);
        await worker.succeed(job);
        assert.deepEqual(await worker.succeed(job, undefined, spawned), ["repeated"]);
        assert.deepEqual(await trial.statuses([id, spawned[0]?.id ?? ""]), ["succeeded", undefined]);
      },
    },
    {
      name: "a job can spawn its own successor under the unique key that it frees",
      async run(trial) {
        const unique = { key: "k", onConflict: "reject" } as const;
        await trial.insertOne({ unique });
        const worker = await trial.worker();
        const next = trial.newJob({ unique });
        await worker.succeed(await worker.claimOne(), undefined, [next]);
        assert.equal(await trial.status(next.id), "queued");
      },
    },
    {
      name: "a success whose spawned jobs can't be stored is none",
      async run(trial) {
        const id = await trial.insertOne();
        const worker = await trial.worker();
        const job = await worker.claimOne();
        await assert.rejects(worker.succeed(job, "1", [trial.newJob({ parents: [newId()] })]), { code: "STORE_FAULT" });
        assert.equal(await trial.status(id), "running");
        assert.deepEqual(await worker.succeed(job, "1"), ["applied"]);
      },
    },
  ],
};

/** Longer than any case lasts. */
const longMs = 1_000_000;

function everyOutcome({ id, token }: HeldJob): readonly Outcome[] {
  return [
    { id, token, kind: "succeeded", result: "1" },
    { id, token, kind: "failed", error: trialError },
    { id, token, kind: "cancelled" },
    { id, token, kind: "retry", delayMs: longMs, error: trialError },
    { id, token, kind: "snooze", delayMs: longMs },
    { id, token, kind: "sleep", delayMs: longMs, step: "nap" },
    { id, token, kind: "release" },
  ];
}
