import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { describeWith } from "../../support/service.ts";
import { brokenInvariants } from "./invariants.ts";
import { newJob } from "../new-job.ts";
import { Races } from "./races.ts";
import { database, dropSchema, newSchemaName, onServer } from "./server.ts";

const failure = { kind: "failed", error: { name: "Error", message: "boom" } } as const;

describeWith(database, "two calls of PostgreSQL at once", () => {
  const races = new Races(newSchemaName());

  beforeAll(() => races.store.open());
  beforeEach(() => races.empty());
  afterEach(async () => expect(await brokenInvariants(races.schema)).toEqual([]));
  afterAll(async () => {
    await races.close();
    await dropSchema(races.schema);
  });

  test("a child that is stored while its parent ends is due", async () => {
    const [parent = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    const child = newJob({ parents: [parent] });
    await races.both(
      (store) => worker.in(store).settle([parent]),
      () => races.store.insert([child]),
    );
    expect((await worker.claim()).map(({ id }) => id)).toEqual([child.id]);
  });

  test("a parent that ends while its child is stored resolves it", async () => {
    const [parent = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    const child = newJob({ parents: [parent] });
    await races.both(
      (store) => store.insert([child]),
      () => worker.settle([parent]),
    );
    expect((await worker.claim()).map(({ id }) => id)).toEqual([child.id]);
  });

  test("a parent that fails while its child is stored takes it along", async () => {
    const [parent = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    const child = newJob({ parents: [parent] });
    await races.both(
      (store) => store.insert([child]),
      () => worker.settle([parent], failure),
    );
    expect(await races.statuses(child.id)).toEqual(["failed"]);
  });

  test("two children of one parent are stored at the same time", async () => {
    const [parent = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    const [a, b] = [newJob({ parents: [parent] }), newJob({ parents: [parent] })];
    await races.both(
      (store) => store.insert([a]),
      () => races.store.insert([b]),
      "over",
    );
    await worker.settle([parent]);
    expect(await worker.claim()).toHaveLength(2);
  });

  test.each([{ kind: "succeeded" } as const, failure])(
    "the last of two parents that end at once resolves the child: $kind",
    async (outcome) => {
      const [a = "", b = ""] = await races.insert({}, {});
      const [child = ""] = await races.insert({ parents: [a, b] });
      const worker = await races.worker();
      await worker.claim();
      await races.both(
        (store) => worker.in(store).settle([a]),
        () => worker.settle([b], outcome),
      );
      expect(await races.statuses(child)).toEqual([outcome.kind === "failed" ? "failed" : "queued"]);
    },
  );

  test("chords whose members end in opposite orders don't block each other for good", async () => {
    const [a1 = "", a2 = "", b1 = "", b2 = ""] = await races.insert({}, {}, {}, {});
    const [a = "", b = ""] = await races.insert({ parents: [a1, a2] }, { parents: [b1, b2] });
    const worker = await races.worker();
    await worker.claim();
    await races.both(
      (store) => worker.in(store).settle([a1, b1], failure),
      () => worker.settle([b2, a2], failure),
    );
    expect(await races.statuses(a, b)).toEqual(["failed", "failed"]);
  });

  test("what has ended a moment ago can't be cancelled", async () => {
    const [id = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    const [, cancelled] = await races.both(
      (store) => worker.in(store).settle([id]),
      () => races.store.cancel([id]),
    );
    expect(cancelled).toEqual(["terminal"]);
  });

  test("what was asked to stop a moment ago is not tried again", async () => {
    const [id = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    await races.both(
      (store) => store.cancel([id]),
      () => worker.settle([id], { kind: "retry", delayMs: 0, error: failure.error }),
    );
    expect(await races.statuses(id)).toEqual(["cancelled"]);
  });

  test("what was claimed a moment ago is asked to stop", async () => {
    const [id = ""] = await races.insert({});
    const worker = await races.worker();
    const [, cancelled] = await races.both(
      (store) => worker.in(store).claim(),
      () => races.store.cancel([id]),
    );
    expect(cancelled).toEqual(["requested"]);
  });

  test("what is being cancelled is not claimed", async () => {
    await races.insert({});
    const worker = await races.worker();
    const [id = ""] = await races.insert({});
    const [, jobs] = await races.both(
      (store) => store.cancel([id]),
      () => worker.claim(),
      "over",
    );
    expect(jobs).toHaveLength(1);
    expect(await races.statuses(id)).toEqual(["cancelled"]);
  });

  test("what was taken back a moment ago is lost", async () => {
    const [id = ""] = await races.insert({});
    const worker = await races.worker(races.store, 1);
    await worker.claim();
    await onServer("select pg_sleep(0.01)");
    const [, answers] = await races.both(
      (store) => store.reclaim(10),
      () => worker.settle([id]),
    );
    expect(answers).toEqual(["lost"]);
  });

  test("what is settled a moment before is not taken back", async () => {
    const [id = ""] = await races.insert({});
    const worker = await races.worker(races.store, 1);
    await worker.claim();
    await onServer("select pg_sleep(0.01)");
    const [, answer] = await races.both(
      (store) => worker.in(store).settle([id]),
      () => races.store.reclaim(10),
    );
    expect(answer.jobs).toEqual([]);
  });

  test("an extension that does not name a claim takes its jobs back once", async () => {
    const [id = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    const [, answers] = await races.both(
      (store) => store.extend(worker.session, []),
      () => worker.settle([id]),
    );
    expect(answers).toEqual(["lost"]);
    expect(await races.statuses(id)).toEqual(["queued"]);
  });

  test("a session is not ended in the middle of a claim", async () => {
    await races.insert({});
    const worker = await races.worker(races.store, 1);
    await onServer("select pg_sleep(0.01)");
    const [jobs, answer] = await races.both(
      (store) => worker.in(store).claim(),
      () => races.store.reclaim(10),
      "over",
    );
    expect([jobs.length, answer.jobs.length]).toEqual([1, 0]);
    expect((await races.store.reclaim(10)).jobs).toHaveLength(1);
  });

  test("a claim of a session that is being ended takes nothing", async () => {
    await races.insert({});
    const worker = await races.worker(races.store, 1);
    await onServer("select pg_sleep(0.01)");
    const [, jobs] = await races.both(
      (store) => store.reclaim(10),
      () => worker.claim(),
    );
    expect(jobs).toEqual([]);
  });

  test("a claim that waited for longer than the window of a rate starts its job behind that window", async () => {
    const rate = { key: "mail", limit: 1, perMs: 200 };
    const [first = "", second = ""] = await races.insert({ rate }, { rate });
    const [prompt, late] = [await races.worker(), await races.worker()];
    const open = await races.begin();
    await open.client.query("select set_config('search_path', $1, true)", [races.schema]);
    await open.client.query("select pg_advisory_xact_lock(session_lock($1))", [late.session]);
    const claim = late.claim();
    const found = await races.untilBlocked(claim);
    const claimed = await prompt.claim();
    await onServer("select pg_sleep(0.2)");
    // Lets the second job through, and takes nothing.
    await prompt.claim(0);
    await open.commit();
    expect(found).toBe("blocked");
    expect([...claimed, ...(await claim)].map(({ id }) => id)).toEqual([first, second]);
    const [start = 0, next = 0] = (await races.store.get([first, second])).map((job) => job?.startedAt);
    expect(next - start).toBeGreaterThanOrEqual(rate.perMs);
  });

  test("a claim that waited on its way to the queue starts its job behind the window as well", async () => {
    const rate = { key: "mail", limit: 1, perMs: 600 };
    const [first = "", second = ""] = await races.insert({ rate }, { rate });
    const [prompt, late] = [await races.worker(), await races.worker()];
    await prompt.claim();
    // Beside a task that they don't know, claims go through a queue job by job; and beside a job that was lost twice, they
    // look at what they hold before.
    await races.insert({}, { task: "unknown", delayMs: 1_000_000 });
    for (const _crash of [1, 2]) {
      await (await races.worker(races.store, 1)).claim();
      await onServer("select pg_sleep(0.01)");
      await races.store.reclaim(10);
    }
    const open = await races.begin();
    await open.client.query(`lock table "${races.schema}".claimed`);
    const claim = late.claim();
    const found = await races.untilBlocked(claim);
    await onServer("select pg_sleep(0.6)");
    await prompt.in(open.store).claim(0);
    await open.commit();
    expect(found).toBe("blocked");
    expect((await claim).map(({ id }) => id)).toContain(second);
    const [start = 0, next = 0] = (await races.store.get([first, second])).map((job) => job?.startedAt);
    expect(next - start).toBeGreaterThanOrEqual(rate.perMs);
  });
});
