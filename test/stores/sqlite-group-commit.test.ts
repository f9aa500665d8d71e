import { sqlite } from "afterwork/sqlite";
import { expect, onTestFinished, test, vi } from "vitest";
import { newId } from "../../src/base/ids.ts";
import type { SqliteStore } from "../../src/stores/sqlite/sqlite-store.ts";
import { newJob } from "./new-job.ts";
import { SqliteFolder } from "./sqlite-folder.ts";

test("a thousand concurrent inserts share few transactions, and each is there when it is acknowledged", async () => {
  using folder = new SqliteFolder();
  const store = sqlite(folder.newFile());
  await store.open();
  const jobs = Array.from({ length: 1000 }, () => newJob());
  const acknowledged = jobs.map(async (job) => {
    await store.insert([job]);
    const [record] = await store.get([job.id], { brief: true });
    return record?.status;
  });
  expect(new Set(await Promise.all(acknowledged))).toEqual(new Set(["queued"]));
  expect((store as SqliteStore).commits).toBeLessThanOrEqual(50);
  await store.close();
});

test("an insert and a claim of one turn share a transaction", async () => {
  const store = sqlite(":memory:") as SqliteStore;
  await store.open();
  const worker = newId();
  await store.register({ id: worker, leaseMs: 1000, name: "trial" });
  const before = store.commits;
  const job = newJob();
  // A transaction that lasts too long takes no further call, and on a busy machine any may.
  const stopped = vi.spyOn(performance, "now").mockReturnValue(0);
  onTestFinished(() => stopped.mockRestore());
  const request = { worker, token: newId(), queues: undefined, tasks: ["task"], limit: 10, keyedLimit: 10 };
  const [, { jobs }] = await Promise.all([store.insert([job]), store.claim(request)]);
  expect(jobs.map(({ id }) => id)).toEqual([job.id]);
  expect(store.commits).toBe(before + 1);
  await store.close();
});

test("one call that fails fails alone", async () => {
  const store = sqlite(":memory:") as SqliteStore;
  await store.open();
  const [good, orphan, invalid, also] = [newJob(), newJob({ parents: [newId()] }), newJob({ id: "no id" }), newJob()];
  const answers = await Promise.allSettled([good, orphan, invalid, also].map((job) => store.insert([job])));
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "fulfilled"]);
  const records = await store.get([good.id, orphan.id, also.id]);
  expect(records.map((record) => record?.status)).toEqual(["queued", undefined, "queued"]);
  await store.close();
});

test("news are heard as long as somebody listens", async () => {
  const store = sqlite(":memory:");
  await store.open();
  const heard: string[] = [];
  const stop = store.onWake((topic) => heard.push(topic));
  await store.insert([newJob()]);
  stop();
  await store.insert([newJob()]);
  expect(heard).toEqual(["jobs"]);
  await store.close();
});
