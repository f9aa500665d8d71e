import assert from "node:assert/strict";
import type { UniqueRule } from "../../contract/new-job.ts";
import type { ConformanceArea } from "../conformance-case.ts";

/** At most one job with a key at a time. */
export const unique: ConformanceArea = {
  name: "unique keys",
  cases: [
    {
      name: "a job that was claimed before its retry is not replaced",
      async run(trial) {
        const worker = await trial.worker();
        const first = trial.newJob({ unique: { key: "k", onConflict: "existing" } });
        await trial.store.insert([first]);
        await worker.fail(await worker.claimOne());
        assert.deepEqual(await trial.store.retry([first.id]), ["retried"]);
        const second = trial.newJob({ unique: { key: "k", onConflict: "replace" } });
        assert.deepEqual(await trial.store.insert([second]), [{ id: second.id, deduplicated: false }]);
      },
    },
    {
      name: "the second job with a key is an alias of the first",
      async run(trial) {
        const rule = existing();
        const first = await trial.insertOne({ unique: rule, args: "[1]" });
        const second = trial.newJob({ unique: rule, args: "[2]" });
        assert.deepEqual(await trial.store.insert([second]), [{ id: first, deduplicated: true }]);
        const record = await trial.record(second.id);
        assert.deepEqual([record.id, record.args], [first, "[1]"]);
        assert.deepEqual(await (await trial.worker()).claimIds(), [first]);
      },
    },
    {
      name: "storing an alias again gives the same answer, also when the key is free by then",
      async run(trial) {
        const rule = existing();
        const first = await trial.insertOne({ unique: rule });
        const alias = trial.newJob({ unique: rule });
        await trial.store.insert([alias]);
        await trial.store.cancel([first]);
        assert.deepEqual(await trial.store.insert([alias]), [{ id: first, deduplicated: true }]);
        assert.equal((await trial.store.counts(10)).statuses.queued, 0);
      },
    },
    {
      name: "an alias is as good as the id everywhere",
      async run(trial) {
        const rule = existing();
        const id = await trial.insertOne({ unique: rule });
        const alias = await trial.insertOne({ unique: rule });
        const worker = await trial.worker();
        const { token } = await worker.claimOne();
        const step = { id: alias, token, kind: "step", name: "a", value: "1" } as const;
        assert.deepEqual(await trial.store.record(worker.id, [step, { id: alias, token, kind: "log", data: "l" }]), [
          "applied",
          "applied",
        ]);
        assert.equal((await trial.store.loadSteps(alias)).length, 1);
        assert.equal((await trial.store.events(alias, 0, 10)).length, 1);
        assert.deepEqual(await trial.store.cancel([alias]), ["requested"]);
        const child = await trial.insertOne({ parents: [alias] });
        assert.deepEqual(await worker.settle({ id: alias, token, kind: "cancelled" }), ["applied"]);
        assert.deepEqual(await trial.statuses([id, alias, child]), ["cancelled", "cancelled", "cancelled"]);
        assert.deepEqual(await trial.store.retry([alias]), ["retried"]);
        assert.deepEqual(await trial.statuses([id, child]), ["queued", "waiting"]);
      },
    },
    {
      name: "a key is free when its job has ended, however",
      async run(trial) {
        const rule: UniqueRule = { key: "k", onConflict: "reject" };
        const deduplicated: boolean[] = [];
        await trial.succeeded({ unique: rule });
        deduplicated.push((await trial.answerTo({ unique: rule })).deduplicated);
        const worker = await trial.worker();
        await worker.fail(await worker.claimOne());
        const { id } = await trial.answerTo({ unique: rule });
        await trial.store.cancel([id]);
        deduplicated.push((await trial.answerTo({ unique: rule, expiresInMs: 1 })).deduplicated);
        await trial.pass(0.5);
        await trial.store.reclaim(100);
        deduplicated.push((await trial.answerTo({ unique: rule })).deduplicated);
        assert.deepEqual(deduplicated, [false, false, false]);
      },
    },
    {
      name: "a key is taken while its job runs, and while it waits to be tried again",
      async run(trial) {
        const rule = existing();
        const id = await trial.insertOne({ unique: rule });
        const worker = await trial.worker();
        const job = await worker.claimOne();
        assert.deepEqual(await trial.answerTo({ unique: rule }), { id, deduplicated: true });
        await worker.retry(job, 50 * trial.tick);
        assert.deepEqual(await trial.answerTo({ unique: rule }), { id, deduplicated: true });
      },
    },
    {
      name: "reject stores nothing and names the job that has the key",
      async run(trial) {
        const first = await trial.insertOne({ unique: existing() });
        const second = trial.newJob({ unique: { key: "k", onConflict: "reject" } });
        assert.deepEqual(await trial.store.insert([second]), [{ id: first, deduplicated: true }]);
        assert.equal(await trial.status(second.id), undefined);
        await trial.store.cancel([first]);
        assert.deepEqual(await trial.store.insert([second]), [{ id: second.id, deduplicated: false }]);
      },
    },
    {
      name: "keys are different by every character, and free for others",
      async run(trial) {
        const answers = await trial.store.insert(
          ["k", "K", "k ", "ḱ", "k\u0301"].map((key) => trial.newJob({ unique: { key, onConflict: "reject" } })),
        );
        assert.deepEqual(
          answers.map(({ deduplicated }) => deduplicated),
          [false, false, false, false, false],
        );
      },
    },
    {
      name: "jobs of one call are judged in their order",
      async run(trial) {
        const jobs = [existing(), existing(), replace(), { key: "k", onConflict: "reject" } as const].map(
          (rule, index) => trial.newJob({ unique: rule, args: `[${index}]` }),
        );
        const [first] = jobs;
        const answers = await trial.store.insert(jobs);
        assert.deepEqual(
          answers,
          jobs.map((_, index) => ({ id: first?.id, deduplicated: index > 0 })),
        );
        const claimed = await (await trial.worker()).claim();
        assert.deepEqual(
          claimed.map(({ args }) => args),
          ["[2]"],
        );
      },
    },
    {
      name: "of calls at the same time one gets the key",
      async run(trial) {
        const answers = await Promise.all(Array.from({ length: 20 }, () => trial.answerTo({ unique: existing() })));
        assert.equal(new Set(answers.map(({ id }) => id)).size, 1);
        assert.equal(answers.filter(({ deduplicated }) => !deduplicated).length, 1);
      },
    },
    {
      name: "a key for a time stays taken when the job has ended, and is free after it",
      async run(trial) {
        const rule: UniqueRule = { key: "k", forMs: 3 * trial.tick, onConflict: "existing" };
        const id = await trial.succeeded({ unique: rule });
        assert.deepEqual(await trial.answerTo({ unique: rule }), { id, deduplicated: true });
        await trial.pass(3.2);
        assert.equal((await trial.answerTo({ unique: rule })).deduplicated, false);
      },
    },
    {
      name: "a key for a time is free after it, though the job has not ended",
      async run(trial) {
        const rule: UniqueRule = { key: "k", forMs: 2 * trial.tick, onConflict: "existing" };
        const first = await trial.insertOne({ unique: rule });
        await trial.pass(2.2);
        const second = await trial.insertOne({ unique: rule });
        await trial.store.cancel([first]);
        assert.deepEqual(await trial.answerTo({ unique: rule }), { id: second, deduplicated: true });
      },
    },
    {
      name: "replace changes a job that was never claimed, and becomes its alias",
      async run(trial) {
        const id = await trial.insertOne({ unique: replace(), args: "[1]", options: "{}" });
        const next = trial.newJob({ unique: replace(), args: "[2]", options: '{"a":1}', priority: 9 });
        assert.deepEqual(await trial.store.insert([next]), [{ id, deduplicated: true }]);
        const [job] = await (await trial.worker()).claim();
        assert.deepEqual([job?.id, job?.args, job?.options, job?.priority], [id, "[2]", '{"a":1}', 9]);
        assert.equal((await trial.record(next.id)).id, id);
      },
    },
    {
      name: "replace moves the due time, later and earlier",
      async run(trial) {
        const id = await trial.insertOne({ unique: replace(), delayMs: 2 * trial.tick });
        await trial.pass(1);
        await trial.insertOne({ unique: replace(), delayMs: 20 * trial.tick });
        await trial.pass(2);
        const worker = await trial.worker();
        assert.deepEqual([await worker.claimIds(), await trial.status(id)], [[], "scheduled"]);
        await trial.insertOne({ unique: replace() });
        assert.deepEqual(await worker.claimIds(), [id]);
      },
    },
    {
      name: "replace moves a due job back into the future",
      async run(trial) {
        const id = await trial.insertOne({ unique: replace() });
        await trial.insertOne({ unique: replace(), delayMs: 2 * trial.tick });
        const worker = await trial.worker();
        assert.deepEqual([await worker.claimIds(), await trial.status(id)], [[], "scheduled"]);
        await trial.pass(2.2);
        assert.deepEqual(await worker.claimIds(), [id]);
      },
    },
    {
      name: "replace takes the place in the line that the new priority gives",
      async run(trial) {
        const id = await trial.insertOne({ unique: replace() });
        const [low, high] = await trial.insert({ priority: -1 }, { priority: 5 });
        await trial.insertOne({ unique: replace(), priority: 3 });
        assert.deepEqual(await (await trial.worker()).claimIds(), [high, id, low]);
      },
    },
    {
      name: "replace never waits longer than its bound from the first storing on",
      async run(trial) {
        const rule = replace({ maxWaitMs: 4 * trial.tick });
        const id = await trial.insertOne({ unique: rule, delayMs: 3 * trial.tick });
        const { createdAt } = await trial.record(id);
        await trial.pass(2);
        await trial.insertOne({ unique: rule, delayMs: 3 * trial.tick });
        assert.equal((await trial.record(id)).dueAt, createdAt + 4 * trial.tick);
      },
    },
    {
      name: "a job that was claimed is not replaced: the new one is stored and has the key",
      async run(trial) {
        const first = await trial.insertOne({ unique: replace(), args: "[1]" });
        const worker = await trial.worker();
        await worker.release(await worker.claimOne());
        const second = trial.newJob({ unique: replace(), args: "[2]" });
        assert.deepEqual(await trial.store.insert([second]), [{ id: second.id, deduplicated: false }]);
        assert.deepEqual(await trial.answerTo({ unique: existing() }), { id: second.id, deduplicated: true });
        assert.equal((await trial.record(first)).args, "[1]");
        await trial.store.cancel([first]);
        assert.deepEqual(await trial.answerTo({ unique: existing() }), { id: second.id, deduplicated: true });
      },
    },
    {
      name: "a job that has ended unclaimed is not replaced, though its key is still taken",
      async run(trial) {
        const rule = replace({ forMs: 50 * trial.tick });
        const first = await trial.insertOne({ unique: rule });
        await trial.store.cancel([first]);
        const second = trial.newJob({ unique: rule });
        assert.deepEqual(await trial.store.insert([second]), [{ id: second.id, deduplicated: false }]);
        assert.deepEqual(await trial.statuses([first, second.id]), ["cancelled", "queued"]);
      },
    },
    {
      name: "a job that waits for parents is replaced where it waits",
      async run(trial) {
        const parent = await trial.insertOne();
        const id = await trial.insertOne({ unique: replace(), parents: [parent] });
        await trial.insertOne({ unique: replace(), args: "[2]" });
        assert.deepEqual([await trial.status(id), (await trial.record(id)).args], ["waiting", "[2]"]);
      },
    },
  ],
};

function existing(): UniqueRule {
  return { key: "k", onConflict: "existing" };
}

function replace(own: Partial<UniqueRule> = {}): UniqueRule {
  return { key: "k", onConflict: "replace", ...own };
}
