import assert from "node:assert/strict";
import type { NewJob } from "../../contract/new-job.ts";
import type { ConformanceArea } from "../conformance-case.ts";
import type { HeldJob, TrialWorker } from "../trial-worker.ts";

/** At most so many jobs of a key at a time. */
export const concurrency: ConformanceArea = {
  name: "concurrency keys",
  cases: [
    {
      name: "no more jobs of a key are given than its limit, others are",
      async run(trial) {
        const [first, second, , other, plain] = await trial.insert(of(2), of(2), of(2), of(1, "other"), {});
        assert.deepEqual(await (await trial.worker()).claimIds(), [first, second, other, plain]);
      },
    },
    {
      name: "a job that a limit holds back is queued",
      async run(trial) {
        const [, second] = await trial.insert(of(1), of(1));
        await (await trial.worker()).claim();
        assert.equal(await trial.status(second ?? ""), "queued");
        assert.equal((await trial.store.counts(10)).queues[0]?.queued, 1);
      },
    },
    ...freeing(),
    {
      name: "waiters come by priority, then in their order",
      async run(trial) {
        await trial.insertOne(of(1));
        const worker = await trial.worker();
        let job = await worker.claimOne();
        const [low, first, second, high] = await trial.insert({ ...of(1), priority: -1 }, of(1), of(1), {
          ...of(1),
          priority: 1,
        });
        const order: string[] = [];
        for (let count = 0; count < 4; count += 1) {
          await worker.succeed(job);
          job = await worker.claimOne();
          order.push(job.id);
        }
        assert.deepEqual(order, [high, first, second, low]);
      },
    },
    {
      name: "a key is one over all queues",
      async run(trial) {
        const [first, second] = await trial.insert({ ...of(1), queue: "a" }, { ...of(1), queue: "b" });
        const [a, b] = [await trial.worker({ queues: ["a"] }), await trial.worker({ queues: ["b"] })];
        const job = await a.claimOne();
        assert.deepEqual([job.id, await b.claimIds()], [first, []]);
        await a.succeed(job);
        assert.deepEqual(await b.claimIds(), [second]);
      },
    },
    {
      name: "the limit of the job stored last counts: a higher one lets waiters through",
      async run(trial) {
        const [, second] = await trial.insert(of(1), of(1));
        const worker = await trial.worker();
        await worker.claimOne();
        const third = await trial.insertOne(of(3));
        assert.deepEqual(await worker.claimIds(), [second, third]);
      },
    },
    {
      name: "a higher limit counts at once, though its job is not due",
      async run(trial) {
        const [, second] = await trial.insert(of(1), of(1));
        const worker = await trial.worker();
        await worker.claimOne();
        await trial.insertOne({ ...of(2), delayMs: 90 * trial.tick });
        assert.deepEqual(await worker.claimIds(), [second]);
      },
    },
    {
      name: "the limit of the job stored last counts: a lower one holds new jobs back",
      async run(trial) {
        await trial.insert(of(3), of(3));
        const worker = await trial.worker();
        const [first, second] = await worker.claim();
        const third = await trial.insertOne(of(1));
        assert.deepEqual(await worker.claim(), []);
        if (first !== undefined) await worker.succeed(first);
        assert.deepEqual(await worker.claim(), []);
        if (second !== undefined) await worker.succeed(second);
        assert.deepEqual(await worker.claimIds(), [third]);
      },
    },
    {
      name: "a job that is delayed or waits for parents takes no permit",
      async run(trial) {
        const parent = await trial.insertOne();
        const [, , due] = await trial.insert(
          { ...of(1), delayMs: 3 * trial.tick },
          { ...of(1), parents: [parent] },
          of(1),
        );
        assert.deepEqual(await (await trial.worker()).claimIds(), [parent, due]);
      },
    },
    {
      name: "jobs that become due stand at the gate in the order of their times",
      async run(trial) {
        const [late, early] = await trial.insert(
          { ...of(1), delayMs: 2 * trial.tick },
          { ...of(1), delayMs: trial.tick },
        );
        await trial.pass(2.5);
        const worker = await trial.worker();
        const job = await worker.claimOne();
        assert.deepEqual([job.id, await worker.claimIds()], [early, []]);
        await worker.succeed(job);
        assert.deepEqual(await worker.claimIds(), [late]);
      },
    },
    {
      name: "a parked job holds no permit",
      async run(trial) {
        const [parked, known] = await trial.insert({ ...of(1), task: "newer" }, of(1));
        const worker = await trial.worker();
        assert.deepEqual(
          (await worker.ask()).parked.map(({ id }) => id),
          [parked],
        );
        assert.deepEqual(await worker.claimIds(), [known]);
        const both = await trial.worker({ tasks: ["task", "newer"] });
        assert.deepEqual(await both.claimIds(), []);
      },
    },
    {
      name: "a released job keeps its place before those that wait",
      async run(trial) {
        const [first, second] = await trial.insert(of(1), of(1));
        const worker = await trial.worker();
        const job = await worker.claimOne();
        await worker.release(job);
        const again = await worker.claimOne();
        assert.deepEqual([again.id, await worker.claimIds()], [first, []]);
        await worker.succeed(again);
        assert.deepEqual(await worker.claimIds(), [second]);
      },
    },
    {
      name: "a key that nobody used for a while starts empty",
      async run(trial) {
        await trial.succeeded(of(1));
        const [first] = await trial.insert(of(1), of(1));
        assert.deepEqual(await (await trial.worker()).claimIds(), [first]);
      },
    },
    {
      name: "under load no key is ever over its limit, and every job runs",
      async run(trial) {
        const jobs = Array.from({ length: 60 }, (_, index) => of(1 + (index % 3), `k${index % 3}`));
        const ids = await trial.insert(...jobs);
        const workers = await Promise.all([trial.worker(), trial.worker(), trial.worker()]);
        const shift = { jobs: new Map(ids.map((id, index) => [id, jobs[index]])), running: new Map<string, number>() };
        const done = await Promise.all(workers.map((worker) => workOff(worker, shift)));
        assert.deepEqual(done.flat().toSorted(), ids.toSorted());
      },
    },
  ],
};

function of(limit: number, key = "k"): Partial<NewJob> {
  return { concurrency: { key, limit } };
}

/** Every way in which a permit comes back. */
function freeing(): ConformanceArea["cases"] {
  const ways: Readonly<Record<string, (worker: TrialWorker, job: HeldJob) => Promise<unknown>>> = {
    succeeds: (worker, job) => worker.succeed(job),
    fails: (worker, job) => worker.fail(job),
    "ends as cancelled": (worker, { id, token }) => worker.settle({ id, token, kind: "cancelled" }),
    "is tried again later": (worker, job) => worker.retry(job, 1_000_000),
    snoozes: (worker, job) => worker.snooze(job, 1_000_000),
    sleeps: (worker, { id, token }) => worker.settle({ id, token, kind: "sleep", delayMs: 1_000_000, step: "nap" }),
  };
  const settled = Object.entries(ways).map(([name, settle]) => ({
    name: `a permit is free when its job ${name}`,
    run: async (trial) => {
      const [, second] = await trial.insert(of(1), of(1));
      const worker = await trial.worker();
      await settle(worker, await worker.claimOne());
      assert.deepEqual(await worker.claimIds(), [second]);
    },
  })) satisfies ConformanceArea["cases"];
  return [
    ...settled,
    {
      name: "a permit is free when its job is cancelled, or expires, before it was claimed",
      async run(trial) {
        const [first, , third] = await trial.insert(of(1), { ...of(1), expiresInMs: trial.tick }, of(1));
        await trial.store.cancel([first ?? ""]);
        await trial.pass(1.5);
        const worker = await trial.worker();
        await worker.claim();
        assert.deepEqual(await worker.claimIds(), [third]);
      },
    },
    {
      name: "a waiter that was cancelled or has expired gets no permit",
      async run(trial) {
        const [, cancelled, , last] = await trial.insert(of(1), of(1), { ...of(1), expiresInMs: trial.tick }, of(1));
        const worker = await trial.worker();
        const job = await worker.claimOne();
        await trial.store.cancel([cancelled ?? ""]);
        await trial.pass(1.5);
        await trial.store.reclaim(100);
        await worker.succeed(job);
        assert.deepEqual(await worker.claimIds(), [last]);
        assert.equal(await trial.status(cancelled ?? ""), "cancelled");
      },
    },
    {
      name: "a permit is free when its worker vanishes",
      async run(trial) {
        const crash = { onCrash: "fail", maxAttempts: 1, delayMs: 0, growing: false, maxDelayMs: 0 } as const;
        const [, second] = await trial.insert({ ...of(1), crash }, of(1));
        await (await trial.worker({ leaseMs: trial.tick })).claimOne();
        await trial.pass(1.5);
        await trial.store.reclaim(100);
        assert.deepEqual(await (await trial.worker()).claimIds(), [second]);
      },
    },
  ];
}

/** What is to be done by several workers, and how many jobs of each key run. */
interface Shift {
  readonly jobs: Map<string, Partial<NewJob> | undefined>;
  readonly running: Map<string, number>;
}

async function workOff(worker: TrialWorker, shift: Shift): Promise<string[]> {
  const done: string[] = [];
  for (let rounds = 0; shift.jobs.size > 0 && rounds < 1000; rounds += 1) {
    const claimed = await worker.claim({ limit: 3 });
    for (const { id } of claimed) begin(shift, id);
    for (const job of claimed) {
      const { key = "" } = shift.jobs.get(job.id)?.concurrency ?? {};
      shift.running.set(key, (shift.running.get(key) ?? 0) - 1);
      await worker.succeed(job);
      shift.jobs.delete(job.id);
      done.push(job.id);
    }
  }
  return done;
}

function begin({ jobs, running }: Shift, id: string): void {
  const { key = "", limit = 0 } = jobs.get(id)?.concurrency ?? {};
  const now = (running.get(key) ?? 0) + 1;
  running.set(key, now);
  assert.ok(now <= limit, `${now} jobs of ${key} run, expected ${limit} at most`);
}
