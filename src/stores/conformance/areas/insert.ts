import assert from "node:assert/strict";
import { newId } from "../../../base/ids.ts";
import { StoreFaultError } from "../../contract/store-fault-error.ts";
import type { NewJob } from "../../contract/new-job.ts";
import type { ConformanceArea } from "../conformance-case.ts";
import { defined } from "../trial.ts";

const unique: NewJob["unique"] = { key: "prepared", onConflict: "existing" };

/** What `insert` stores, and that it can be repeated. */
export const insert: ConformanceArea = {
  name: "insert",
  cases: [
    {
      name: "everything that is given of a job can be read again",
      async run(trial) {
        const parent = await trial.insertOne();
        const given = {
          args: '["a",1]',
          options: '{"o":1}',
          priority: -7,
          queue: "mail",
          task: "other",
          trace: "00-1-2-01",
        };
        const id = await trial.insertOne({ ...given, parents: [parent] });
        const { createdAt, ...record } = await trial.record(id);
        assert.deepEqual(record, {
          id,
          ...given,
          parents: [parent],
          status: "waiting",
          attempt: 0,
          failures: [],
          cancelRequested: false,
          parked: false,
        });
        assert.ok(Math.abs(createdAt - (await trial.now())) < 100 * trial.tick);
      },
    },
    {
      name: "any text survives: quotes, zero characters, half a surrogate pair's neighbours, a megabyte",
      async run(trial) {
        const texts = [`'"\\$1 %s :a ?`, '"\\u0000"', "\u{1F600} \u00e9 \u4e2d \u202e", "x".repeat(1_000_000), ""];
        const ids = await trial.insert(...texts.map((args) => ({ args })));
        const records = await trial.store.get(ids);
        assert.deepEqual(
          records.map((record) => record?.args),
          texts,
        );
      },
    },
    {
      name: "the answers come in the order of the jobs, with their own ids",
      async run(trial) {
        const jobs = Array.from({ length: 20 }, () => trial.newJob()).toReversed();
        const answers = await trial.store.insert(jobs);
        assert.deepEqual(
          answers,
          jobs.map(({ id }) => ({ id, deduplicated: false })),
        );
      },
    },
    {
      name: "jobs that it has prepared are stored like others, whether others come before them or nobody stores them",
      async run(trial) {
        const { store } = trial;
        const kinds: readonly Partial<NewJob>[] = [
          { args: "[7]" },
          { rate: { key: "k", limit: 1, perMs: 1 } },
          { unique },
        ];
        const lists = kinds.map((own) => Array.from({ length: 3 }, () => trial.newJob(own)));
        for (const jobs of lists) store.prepareInsert?.(jobs);
        store.prepareInsert?.([trial.newJob()]);
        const answers = [];
        for (const jobs of lists.toReversed()) answers.push(await store.insert(jobs));
        const [first] = defined(lists[2]);
        assert.deepEqual(
          answers.toReversed().map((list) => list.map(({ id }) => id)),
          lists.map((jobs) => jobs.map(({ id }) => (jobs === lists[2] ? defined(first).id : id))),
        );
        const records = await store.get(lists.flatMap((jobs) => jobs.map(({ id }) => id)));
        assert.deepEqual(
          records.map((record) => record?.args),
          ["[7]", "[7]", "[7]", "[]", "[]", "[]", "[]", "[]", "[]"],
        );
        assert.equal((await store.list({ limit: 100 })).jobs.length, 7);
      },
    },
    {
      name: "storing nothing is no fault",
      async run(trial) {
        assert.deepEqual(await trial.store.insert([]), []);
      },
    },
    {
      name: "storing a job twice is storing it once",
      async run(trial) {
        const job = trial.newJob();
        await trial.store.insert([job]);
        assert.deepEqual(await trial.store.insert([{ ...job, args: "[2]" }]), [{ id: job.id, deduplicated: false }]);
        const worker = await trial.worker();
        const jobs = await worker.claim();
        assert.deepEqual(
          jobs.map(({ id, args }) => ({ id, args })),
          [{ id: job.id, args: "[]" }],
        );
      },
    },
    {
      name: "a job that stands twice in one call is stored once",
      async run(trial) {
        const job = trial.newJob();
        const answers = await trial.store.insert([job, job]);
        assert.deepEqual(answers, [
          { id: job.id, deduplicated: false },
          { id: job.id, deduplicated: false },
        ]);
        assert.equal((await trial.store.counts(10)).statuses.queued, 1);
      },
    },
    {
      name: "storing a job again after it has run does not run it again",
      async run(trial) {
        const job = trial.newJob();
        await trial.store.insert([job]);
        const worker = await trial.worker();
        await worker.succeed(await worker.claimOne());
        assert.deepEqual(await trial.store.insert([job]), [{ id: job.id, deduplicated: false }]);
        assert.deepEqual(await worker.claim(), []);
        assert.equal(await trial.status(job.id), "succeeded");
      },
    },
    {
      name: "a repeated call stores what is new in it and leaves the rest",
      async run(trial) {
        const [first, second] = [trial.newJob(), trial.newJob()];
        await trial.store.insert([first]);
        await trial.store.insert([first, second]);
        const worker = await trial.worker();
        assert.deepEqual(await worker.claimIds(), [first.id, second.id]);
      },
    },
    {
      name: "all or nothing: an unknown parent of one job keeps the others out",
      async run(trial) {
        const [good, bad] = [trial.newJob(), trial.newJob({ parents: [newId()] })];
        await assert.rejects(trial.store.insert([good, bad]), (error) => {
          assert.ok(error instanceof StoreFaultError);
          assert.equal(error.passing, false);
          return true;
        });
        assert.deepEqual(await trial.store.get([good.id, bad.id]), [undefined, undefined]);
        await trial.store.insert([good]);
        assert.equal(await trial.status(good.id), "queued");
      },
    },
    {
      name: "a job with a delay is scheduled, and due after it",
      async run(trial) {
        const id = await trial.insertOne({ delayMs: 3 * trial.tick });
        const { status, createdAt, dueAt } = await trial.record(id);
        assert.deepEqual({ status, dueAt }, { status: "scheduled", dueAt: createdAt + 3 * trial.tick });
        await trial.pass(4);
        assert.equal(await trial.status(id), "queued");
      },
    },
    {
      name: "a job with a time is due then, and the later one counts beside a delay",
      async run(trial) {
        const now = await trial.now();
        const [runAt, later] = [now + 5 * trial.tick, now + 50 * trial.tick];
        const [byTime, byBoth] = await trial.insert({ runAt }, { runAt: later, delayMs: 1 });
        assert.deepEqual(
          [(await trial.record(byTime ?? "")).dueAt, (await trial.record(byBoth ?? "")).dueAt],
          [runAt, later],
        );
        const byDelay = await trial.record(await trial.insertOne({ runAt, delayMs: 60 * trial.tick }));
        assert.equal(byDelay.dueAt, byDelay.createdAt + 60 * trial.tick);
      },
    },
    {
      name: "a job whose time has passed is due at once, and jumps no queue",
      async run(trial) {
        const first = await trial.insertOne();
        await trial.pass(0.1);
        const second = await trial.insertOne({ runAt: 1 });
        const worker = await trial.worker();
        assert.deepEqual(await worker.claimIds(), [first, second]);
        const { createdAt, dueAt } = await trial.record(second);
        assert.equal(dueAt, createdAt);
      },
    },
    {
      name: "the earlier of two expiries counts",
      async run(trial) {
        const now = await trial.now();
        const given = { expiresInMs: 50 * trial.tick, expiresAt: now + 5 * trial.tick };
        assert.equal((await trial.record(await trial.insertOne(given))).expiresAt, given.expiresAt);
      },
    },
    {
      name: "many jobs at once come out as they went in",
      async run(trial) {
        const number = Math.min(500, trial.store.capabilities.maxBatch);
        const ids = await trial.insert(...Array.from({ length: number }, (_, index) => ({ args: `[${index}]` })));
        const worker = await trial.worker();
        assert.deepEqual(await worker.claimIds({ limit: number }), ids);
      },
    },
    {
      name: "calls at the same time store all of their jobs",
      async run(trial) {
        const ids = (await Promise.all(Array.from({ length: 30 }, () => trial.insert({}, {})))).flat();
        const worker = await trial.worker();
        assert.deepEqual(new Set(await worker.claimIds()), new Set(ids));
      },
    },
  ],
};
