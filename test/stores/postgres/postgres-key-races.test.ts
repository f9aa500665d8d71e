import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { describeWith } from "../../support/service.ts";
import { brokenInvariants } from "./invariants.ts";
import { newJob } from "../new-job.ts";
import { Races } from "./races.ts";
import { database, dropSchema, newSchemaName } from "./server.ts";

const failure = { kind: "failed", error: { name: "Error", message: "boom" } } as const;
const hour = 3_600_000;

describeWith(database, "two calls of PostgreSQL at once that want the same key or parent", () => {
  const races = new Races(newSchemaName());

  beforeAll(() => races.store.open());
  beforeEach(() => races.empty());
  afterEach(async () => expect(await brokenInvariants(races.schema)).toEqual([]));
  afterAll(async () => {
    await races.close();
    await dropSchema(races.schema);
  });

  test("what is being claimed is not replaced", async () => {
    const unique = { key: "k", onConflict: "replace" } as const;
    const [id = ""] = await races.insert({ unique });
    const worker = await races.worker();
    const next = newJob({ unique });
    const [, answers] = await races.both(
      (store) => worker.in(store).claim(),
      () => races.store.insert([next]),
    );
    expect(answers).toEqual([{ id: next.id, deduplicated: false }]);
    expect(await races.statuses(id, next.id)).toEqual(["running", "queued"]);
  });

  test("what is being replaced is not claimed, and its settled holder is waited for by nobody", async () => {
    const concurrency = { key: "c", limit: 2 };
    const unique = { key: "k", onConflict: "replace" } as const;
    const [running = ""] = await races.insert({ concurrency });
    const worker = await races.worker();
    await worker.claim();
    await races.insert({ concurrency, unique, priority: -1 }, { concurrency });
    const [other] = await worker.claim(1);
    const open = await races.begin();
    await races.store.insert([newJob({ concurrency, unique, delayMs: hour })], open.client);
    expect(await worker.settle([running, other?.id ?? ""])).toEqual(["applied", "applied"]);
    expect(await worker.claim()).toEqual([]);
    await open.commit();
    expect(await worker.claim()).toEqual([]);
    expect((await races.store.counts(10)).statuses).toMatchObject({ scheduled: 1, queued: 0 });
  });

  test("a job that ends while somebody stores with its key is not waited for", async () => {
    const unique = { key: "k", onConflict: "existing" } as const;
    const [id = ""] = await races.insert({ unique });
    const worker = await races.worker();
    await worker.claim();
    await races.both(
      (store) => store.insert([newJob({ unique })]),
      () => worker.settle([id]),
      "over",
    );
    const next = newJob({ unique });
    expect(await races.store.insert([next])).toEqual([{ id: next.id, deduplicated: false }]);
  });

  test.each([{ concurrency: { key: "c", limit: 1 } }, { unique: { key: "k", onConflict: "existing" as const } }, {}])(
    "the same id stored twice at once is one job: %o",
    async (own) => {
      const job = newJob(own);
      const [first, second] = await races.both(
        (store) => store.insert([job]),
        () => races.store.insert([job]),
      );
      expect(second).toEqual(first);
    },
  );

  test("two unique keys in opposite orders", async () => {
    const jobs = (): ReturnType<typeof newJob>[] =>
      ["a", "b"].map((key) => newJob({ unique: { key, onConflict: "existing" } }));
    const [first, second] = await races.both(
      (store) => store.insert(jobs()),
      () => races.store.insert(jobs().toReversed()),
    );
    expect(second.map(({ id }) => id)).toEqual(first.map(({ id }) => id).toReversed());
  });

  test("a parent of a child that is being stored is needed", async () => {
    const [parent = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    await worker.settle([parent]);
    const child = newJob({ parents: [parent] });
    const [, removed] = await races.both(
      (store) => store.insert([child]),
      () => races.store.remove([parent]),
    );
    expect(removed).toEqual(["needed"]);
  });

  test("a parent that is being removed is unknown to its child", async () => {
    const [parent = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    await worker.settle([parent]);
    const child = newJob({ parents: [parent] });
    await expect(
      races.both(
        (store) => store.remove([parent]),
        () => races.store.insert([child]),
      ),
    ).rejects.toThrow(parent);
    expect(await races.statuses(child.id)).toEqual([undefined]);
  });

  test("a child whose parent is forgotten while its transaction is open fails", async () => {
    const [parent = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    await worker.settle([parent]);
    const child = newJob({ parents: [parent] });
    const open = await races.begin();
    await races.store.insert([child], open.client);
    expect(await races.store.remove([parent])).toEqual(["removed"]);
    await open.commit();
    expect(await worker.claim()).toEqual([]);
    expect(await races.statuses(child.id)).toEqual(["failed"]);
  });

  test("a child that comes back while its other parent succeeds waits for none of them twice", async () => {
    const [a = "", b = ""] = await races.insert({}, {});
    const [child = ""] = await races.insert({ parents: [a, b] });
    const worker = await races.worker();
    await worker.claim();
    await worker.settle([a], failure);
    await races.both(
      (store) => worker.in(store).settle([b]),
      () => races.store.retry([a]),
    );
    expect(await races.statuses(a, child)).toEqual(["queued", "waiting"]);
    await worker.claim();
    await worker.settle([a]);
    expect(await races.statuses(child)).toEqual(["queued"]);
  });

  test("a claim waits for no other one that lets jobs through", async () => {
    const concurrency = { key: "c", limit: 3 };
    await races.insert({ concurrency }, { concurrency }, { concurrency }, { delayMs: 0 });
    const [one, other] = [await races.worker(), await races.worker()];
    const [first, second] = await races.both(
      (store) => one.in(store).claim(1),
      () => other.claim(),
      "over",
    );
    expect(first.length + second.length).toBeLessThanOrEqual(4);
    await one.claim();
    expect(one.tokens.size + other.tokens.size).toBe(4);
  });

  test("an open transaction of a user's keeps nobody from anything but its key", async () => {
    const [id = ""] = await races.insert({});
    const worker = await races.worker();
    await worker.claim();
    const open = await races.begin();
    await races.store.insert(
      [newJob({ parents: [id], concurrency: { key: "c", limit: 1 }, unique: { key: "k", onConflict: "reject" } })],
      open.client,
    );
    await races.insert({}, { concurrency: { key: "c", limit: 1 } });
    expect(await worker.claim()).toHaveLength(2);
    expect(await worker.settle([id])).toEqual(["applied"]);
    expect(await races.store.cancel([id])).toEqual(["terminal"]);
    await open.commit();
    await worker.settle([...worker.tokens.keys()]);
    expect(await worker.claim()).toHaveLength(1);
  });
});
