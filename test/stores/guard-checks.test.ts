import { expect, test } from "vitest";
import { newId } from "../../src/base/ids.ts";
import type { NewJob } from "../../src/stores/contract/new-job.ts";
import { openGuarded, type Guarded } from "./guarded-store.ts";
import { newJob } from "./new-job.ts";

const mebibyte = 1_048_576;

async function runningJob({ store }: Guarded): Promise<{ id: string; token: string }> {
  await store.register({ id: "w", leaseMs: 1000, name: "w" });
  const [job, token] = [newJob(), newId()];
  await store.insert([job]);
  await store.claim({ worker: "w", token, queues: undefined, tasks: ["task"], limit: 1, keyedLimit: 1 });
  return { id: job.id, token };
}

const misfits: readonly (readonly [what: string, job: Partial<NewJob>, message: string])[] = [
  ["an id that is none", { id: "1" }, 'the id of a job: expected a UUID in lower case, got "1"'],
  ["an id in capitals", { id: newId().toUpperCase() }, "the id of a job"],
  ["a task without a name", { task: "" }, "task: expected a string of 1 to 500 characters"],
  [
    "a task with U+0000 in its name",
    { task: "a\0b" },
    "task: expected a string of 1 to 500 characters, without U+0000",
  ],
  ["options with a lone surrogate", { options: "\uD800" }, "options: expected a text of at most"],
  ["a queue with a long name", { queue: "q".repeat(501) }, "queue: expected a string of 1 to 500 characters"],
  ["a priority out of range", { priority: 101 }, "priority: expected a whole number from -100 to 100, got 101"],
  ["a priority with a fraction", { priority: 0.5 }, "priority: expected a whole number"],
  ["a negative delay", { delayMs: -1 }, "delayMs: expected a number of milliseconds, not negative, got -1"],
  ["a delay that is no number", { delayMs: Number.NaN }, "delayMs"],
  ["a key that is held for no time", { unique: { key: "k", forMs: 0, onConflict: "reject" } }, "unique.forMs"],
  ["a key that is too long", { unique: { key: "k".repeat(2001), onConflict: "reject" } }, "unique.key"],
  ["a limit of nothing", { concurrency: { key: "k", limit: 0 } }, "concurrency.limit"],
  ["a window of nothing", { rate: { key: "k", limit: 1, perMs: 0 } }, "rate.perMs"],
  ["parents that are no ids", { parents: ["x"] }, "parents: expected at most 10000 ids of jobs, without duplicates"],
  ["options that are too large", { options: "x".repeat(mebibyte + 1) }, "options: expected a text of at most"],
];

test.each(misfits)("%s is refused, and nothing reaches the store", async (_, job, message) => {
  const { store, calls } = await openGuarded();
  await expect(store.insert([newJob(), newJob(job)])).rejects.toMatchObject({
    code: "INVALID_OPTION",
    message: expect.stringContaining(message),
  });
  expect(calls).toEqual([]);
});

const owned: readonly (readonly [what: string, own: Partial<NewJob>, message: string])[] = [
  ["an id", { id: "1" }, "the id of a job"],
  ["a delay", { delayMs: -1 }, "delayMs"],
  ["a time", { runAt: Number.NaN }, "runAt"],
  ["an expiry", { expiresInMs: -1 }, "expiresInMs"],
  ["a trace", { trace: "\0" }, "trace"],
  ["a key", { concurrency: { key: "k", limit: 0 } }, "concurrency.limit"],
  ["arguments", { args: "\0" }, "U+0000"],
  ["another queue", { queue: "" }, "queue"],
  ["another crash rule", { crash: { ...newJob().crash, maxAttempts: 0 } }, "crash.maxAttempts"],
];

test.each(owned)("of many jobs that share all the rest, one is refused for %s of its own", async (_, own, message) => {
  const { store, calls } = await openGuarded();
  const job = newJob();
  const jobs = [job, { ...job, id: newId() }, { ...job, id: newId(), ...own }, { ...job, id: newId() }];
  store.prepareInsert?.(jobs);
  await expect(store.insert(jobs)).rejects.toThrow(message);
  expect(calls).toEqual([]);
});

test("a parent that is named twice is refused", async () => {
  const { store } = await openGuarded();
  const parent = newId();
  await expect(store.insert([newJob({ parents: [parent, parent] })])).rejects.toThrow("without duplicates");
});

test("arguments may be a mebibyte of UTF-8, not more, and the error names the task, never what was passed", async () => {
  const { store } = await openGuarded();
  await store.insert([newJob({ args: "x".repeat(mebibyte) })]);
  for (const args of ["x".repeat(mebibyte + 1), "é".repeat(mebibyte / 2 + 1)]) {
    await expect(store.insert([newJob({ args })])).rejects.toMatchObject({
      code: "INVALID_ARGUMENTS",
      message: expect.stringMatching(/^task: .{1,200}$/),
    });
  }
});

test("times with fractions are rounded up to whole milliseconds", async () => {
  const { store, lastCall } = await openGuarded();
  const crash = { onCrash: "retry", maxAttempts: 3, delayMs: 0.1, growing: true, maxDelayMs: 9.5 } as const;
  await store.insert([newJob({ delayMs: 1.5, crash, rate: { key: "k", limit: 1, perMs: 0.2 } })]);
  expect(lastCall()[0]).toMatchObject([
    { delayMs: 2, crash: { ...crash, delayMs: 1, maxDelayMs: 10 }, rate: { perMs: 1 } },
  ]);
  const job = newJob();
  await store.insert([job, { ...job, id: newId(), delayMs: 0.5 }, { ...job, id: newId() }]);
  expect(lastCall()[0]).toMatchObject([{ id: job.id }, { delayMs: 1 }, { args: "[]" }]);
});

test("jobs that are as they should be go over as they are", async () => {
  const { store, lastCall } = await openGuarded();
  const jobs = [newJob({ unique: { key: "k", onConflict: "reject" } })];
  await store.insert(jobs);
  expect(lastCall()[0]).toBe(jobs);
});

test("a result or a step that is too large is refused with a code of its own", async () => {
  const guarded = await openGuarded();
  const { id, token } = await runningJob(guarded);
  const { store } = guarded;
  const result = "x".repeat(64 * mebibyte + 1);
  await expect(
    store.settle("w", [
      { id, token, kind: "snooze", delayMs: 0.5 },
      { id, token, kind: "succeeded", result },
    ]),
  ).rejects.toMatchObject({ code: "RESULT_INVALID" });
  const step = { id, token, kind: "step", name: "s", value: "x".repeat(mebibyte + 1) } as const;
  const long = { id, token, kind: "log", data: "x".repeat(100_000) } as const;
  await expect(store.record("w", [long, step])).rejects.toMatchObject({ code: "RESULT_INVALID" });
  expect((await store.get([id]))[0]?.status).toBe("running");
});

test("waits of outcomes are rounded up, and refused when they are none", async () => {
  const guarded = await openGuarded();
  const { id, token } = await runningJob(guarded);
  await expect(guarded.store.settle("w", [{ id, token, kind: "snooze", delayMs: -1 }])).rejects.toMatchObject({
    code: "INVALID_OPTION",
  });
  await guarded.store.settle("w", [{ id, token, kind: "snooze", delayMs: 1.2 }]);
  expect(guarded.lastCall()[1]).toMatchObject([{ delayMs: 2 }]);
});

test("spawned jobs are checked like others", async () => {
  const guarded = await openGuarded();
  const { id, token } = await runningJob(guarded);
  const spawned = [newJob({ priority: 1000 })];
  const settling = guarded.store.settle("w", [{ id, token, kind: "succeeded", result: undefined, spawned }]);
  await expect(settling).rejects.toMatchObject({ code: "INVALID_OPTION" });
});

test("of an event that is too large the beginning is kept, as JSON", async () => {
  const guarded = await openGuarded();
  const { id, token } = await runningJob(guarded);
  const data = JSON.stringify({ message: '"'.repeat(100_000) });
  const kinds = ["log", "progress"] as const;
  const entries = kinds.map((kind) => ({ id, token, kind, data }));
  expect(await guarded.store.record("w", entries)).toEqual(["applied", "applied"]);
  for (const event of await guarded.store.events(id, 0, 10)) {
    expect(Buffer.byteLength(event.data)).toBeLessThanOrEqual(65_536);
    expect(JSON.parse(event.data)).toMatch(/^\{"message":.*…$/);
  }
});

test("ids that can't be any job's are unknown, and the store is not asked for them", async () => {
  const { store, lastCall } = await openGuarded();
  const job = newJob();
  await store.insert([job]);
  const ids = ["nonsense", job.id, "", job.id.toUpperCase(), "'; drop table jobs"];
  expect((await store.get(ids)).map((record) => record?.id)).toEqual([
    undefined,
    job.id,
    undefined,
    undefined,
    undefined,
  ]);
  expect(lastCall()[0]).toEqual([job.id]);
  expect(await store.retry(ids)).toEqual(["unknown", "active", "unknown", "unknown", "unknown"]);
  expect(await store.cancel(ids)).toEqual(["unknown", "cancelled", "unknown", "unknown", "unknown"]);
  expect(await store.remove(ids)).toEqual(["unknown", "removed", "unknown", "unknown", "unknown"]);
  expect(await store.loadSteps("nonsense")).toEqual([]);
  expect(await store.events("nonsense", 0, 10)).toEqual([]);
});

test("long lists go over in batches, and their answers come in order; an insert stays whole", async () => {
  const { store, calls } = await openGuarded({ maxBatch: 10 });
  const jobs = Array.from({ length: 25 }, () => newJob());
  await store.insert(jobs);
  const ids = jobs.map(({ id }) => id);
  expect((await store.get(ids)).map((record) => record?.id)).toEqual(ids);
  expect(await store.cancel(ids)).toEqual(ids.map(() => "cancelled"));
  expect(calls).toEqual(["insert", "get", "get", "get", "cancel", "cancel", "cancel"]);
});

test("a claim and a page are bounded", async () => {
  const { store, lastCall } = await openGuarded({ maxBatch: 10 });
  await store.claim({ worker: "w", token: newId(), queues: undefined, tasks: [], limit: 1000, keyedLimit: 0 });
  expect(lastCall()[0]).toMatchObject({ limit: 10 });
  await store.list({ limit: 1_000_000 });
  expect(lastCall()[0]).toMatchObject({ limit: 1000 });
});
