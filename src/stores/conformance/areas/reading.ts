import assert from "node:assert/strict";
import { newId } from "../../../base/ids.ts";
import type { ListFilter, StoredStatus } from "../../contract/job-record.ts";
import type { ConformanceArea } from "../conformance-case.ts";
import type { Trial } from "../trial.ts";

/** What can be read of jobs: alone, in pages, as numbers. */
export const reading: ConformanceArea = {
  name: "lists and counts",
  cases: [
    {
      name: "get answers in the order of the ids, undefined for unknown ones",
      async run(trial) {
        const [first, second] = await trial.insert({}, {});
        const unknown = newId();
        const records = await trial.store.get([second ?? "", unknown, first ?? "", second ?? ""]);
        assert.deepEqual(
          records.map((record) => record?.id),
          [second, undefined, first, second],
        );
        assert.deepEqual(await trial.store.get([]), []);
      },
    },
    {
      name: "a brief record leaves out arguments and failures, and nothing else",
      async run(trial) {
        const id = await trial.failed({ args: "[1]", options: "{}" });
        const [[brief], full] = [await trial.store.get([id], { brief: true }), await trial.record(id)];
        assert.deepEqual(brief, { ...full, args: "", failures: [] });
        assert.equal(full.failures.length, 1);
      },
    },
    {
      name: "a list begins with the job that was stored last",
      async run(trial) {
        const ids = await trial.insert({}, {}, {});
        ids.push(await trial.insertOne({ delayMs: 9 * trial.tick }));
        assert.deepEqual(await listAll(trial, { limit: 10 }), ids.toReversed());
      },
    },
    {
      name: "pages follow one another without gaps, also when jobs are stored in between",
      async run(trial) {
        const ids = await trial.insert(...Array.from({ length: 10 }, () => ({})));
        const first = await trial.store.list({ limit: 4 });
        await trial.insert({}, {});
        assert.equal(first.jobs.length, 4);
        assert.notEqual(first.cursor, undefined);
        const rest = await listAll(trial, {
          limit: 4,
          ...(first.cursor === undefined ? {} : { cursor: first.cursor }),
        });
        assert.deepEqual([...first.jobs.map(({ id }) => id), ...rest], ids.toReversed());
      },
    },
    {
      name: "a list can be of one task, one queue, one status, or all of it",
      async run(trial) {
        const [a, b, c] = await trial.insert(
          { task: "other", queue: "q" },
          { task: "other", delayMs: 90 * trial.tick },
          { queue: "q" },
        );
        assert.deepEqual(await listAll(trial, { limit: 10, task: "other" }), [b, a]);
        assert.deepEqual(await listAll(trial, { limit: 10, queue: "q" }), [c, a]);
        assert.deepEqual(await listAll(trial, { limit: 10, status: "scheduled" }), [b]);
        assert.deepEqual(await listAll(trial, { limit: 10, task: "other", queue: "q", status: "queued" }), [a]);
        assert.deepEqual(await listAll(trial, { limit: 10, task: "none" }), []);
        assert.deepEqual(await listAll(trial, { limit: 10, queue: "none" }), []);
      },
    },
    {
      name: "every status can be listed and is counted",
      async run(trial) {
        const wanted = await oneOfEach(trial);
        const { statuses } = await trial.store.counts(100);
        for (const [status, id] of Object.entries(wanted)) {
          assert.deepEqual(await listAll(trial, { limit: 10, status: status as StoredStatus }), [id], status);
          assert.equal(statuses[status as StoredStatus], 1, status);
        }
      },
    },
    {
      name: "a new store counts nothing",
      async run(trial) {
        const { statuses, queues } = await trial.store.counts(10);
        assert.deepEqual([new Set(Object.values(statuses)), queues], [new Set([0]), []]);
        assert.equal(Object.keys(statuses).length, 9);
      },
    },
    {
      name: "counts stop at their cap",
      async run(trial) {
        await trial.insert({}, {}, {}, {});
        const { statuses, queues } = await trial.store.counts(3);
        assert.deepEqual([statuses.queued, queues[0]?.queued], [3, 3]);
      },
    },
    {
      name: "queues are counted by their names",
      async run(trial) {
        const { createdAt } = await trial.record(await trial.insertOne({ queue: "b" }));
        await trial.pass(0.2);
        await trial.insert({ queue: "b" }, { queue: "b", delayMs: 90 * trial.tick }, { queue: "a" });
        const worker = await trial.worker({ queues: ["a"] });
        await worker.claimOne();
        const { queues } = await trial.store.counts(10);
        assert.deepEqual(queues, [
          { name: "a", paused: false, queued: 0, scheduled: 0, running: 1 },
          { name: "b", paused: false, queued: 2, scheduled: 1, running: 0, oldestDueAt: createdAt },
        ]);
      },
    },
    {
      name: "a job whose time has come is counted and listed as queued before anybody claims",
      async run(trial) {
        const id = await trial.insertOne({ delayMs: trial.tick });
        await trial.pass(1.2);
        const { statuses, queues } = await trial.store.counts(10);
        assert.deepEqual([statuses.queued, statuses.scheduled], [1, 0]);
        assert.deepEqual([queues[0]?.queued, queues[0]?.scheduled], [1, 0]);
        assert.deepEqual(await listAll(trial, { limit: 10, status: "queued" }), [id]);
        assert.deepEqual(await listAll(trial, { limit: 10, status: "scheduled" }), []);
      },
    },
  ],
};

/** The ids of all pages from here on. */
async function listAll(trial: Trial, filter: ListFilter): Promise<string[]> {
  const ids: string[] = [];
  let cursor = filter.cursor;
  for (let pages = 0; pages < 100; pages += 1) {
    const page = await trial.store.list({ ...filter, ...(cursor === undefined ? {} : { cursor }) });
    assert.ok(page.jobs.length <= filter.limit);
    ids.push(...page.jobs.map(({ id }) => id));
    cursor = page.cursor;
    if (cursor === undefined) return ids;
  }
  throw new assert.AssertionError({ message: "the pages have no end" });
}

/** The ids of nine jobs, one of each status. */
async function oneOfEach(trial: Trial): Promise<Readonly<Record<StoredStatus, string | undefined>>> {
  const succeeded = await trial.succeeded();
  const failed = await trial.failed();
  const [retrying] = await trial.insert({});
  const worker = await trial.worker({ queues: ["default"] });
  await worker.retry(await worker.claimOne(), 90 * trial.tick);
  const [running] = await trial.insert({});
  await worker.claimOne();
  const [cancelled, expired, queued, scheduled, waiting] = await trial.insert(
    {},
    { expiresInMs: 1 },
    {},
    { delayMs: 90 * trial.tick },
    { parents: [running ?? ""] },
  );
  await trial.store.cancel([cancelled ?? ""]);
  await trial.pass(0.2);
  await trial.store.reclaim(10);
  return { succeeded, failed, retrying, running, cancelled, expired, queued, scheduled, waiting };
}
