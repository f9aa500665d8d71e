import { sqlite } from "afterwork/sqlite";
import { expect, test, vi } from "vitest";
import type { WakeTopic } from "../../src/stores/contract/store.ts";
import { newJob } from "./new-job.ts";
import { SqliteFolder } from "./sqlite-folder.ts";
import { startSqliteProcess } from "./sqlite-process.ts";

// Starting a process takes seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

test("of two processes that migrate a file at once, one does it", async () => {
  using folder = new SqliteFolder();
  const path = folder.newFile();
  const children = ["migrate", "migrate", "migrate"].map((role) => startSqliteProcess(path, role));
  const lines = await Promise.all(children.map((child) => child.line(/^migrated/)));
  const counts = lines.map((line) => Number(line.split(" ")[1])).toSorted((a, b) => a - b);
  expect(counts.slice(0, 2)).toEqual([0, 0]);
  expect(counts[2]).toBeGreaterThan(10);
});

test("two processes claim from one file, and no job is given to both", async () => {
  using folder = new SqliteFolder();
  const path = folder.newFile();
  const store = sqlite(path);
  await store.open();
  const jobs = Array.from({ length: 2000 }, () => newJob());
  await store.insert(jobs.slice(0, 1000));
  await store.insert(jobs.slice(1000));
  const children = [startSqliteProcess(path, "drain"), startSqliteProcess(path, "drain")];
  expect(await Promise.all(children.map((child) => child.exit))).toEqual([0, 0]);
  const ran = children.flatMap((child) => child.lines.map((line) => line.slice("ran ".length)));
  expect(ran.toSorted()).toEqual(jobs.map(({ id }) => id).toSorted());
  expect((await store.counts(10_000)).statuses.succeeded).toBe(2000);
  await store.close();
});

test("what was acknowledged before a kill is there afterwards", async () => {
  using folder = new SqliteFolder();
  const path = folder.newFile();
  const child = startSqliteProcess(path, "insertForever");
  await child.line(/^stored/);
  await new Promise((resolve) => setTimeout(resolve, 200));
  child.process.kill("SIGKILL");
  await child.exit;
  const ids = child.lines.map((line) => line.slice("stored ".length));
  const store = sqlite(path);
  await store.open();
  const records = await store.get(ids);
  expect(records.map((record) => record?.status)).toEqual(ids.map(() => "queued"));
  await store.close();
});

test("a job that another process stores is a hint here", async () => {
  using folder = new SqliteFolder();
  const path = folder.newFile();
  const store = sqlite(path);
  await store.open();
  const heard = new Promise<WakeTopic>((resolve) => store.onWake(resolve));
  startSqliteProcess(path, "insertOne");
  expect(await heard).toBe("jobs");
  await store.close();
});

test("who only listens does not keep the process alive", async () => {
  using folder = new SqliteFolder();
  expect(await startSqliteProcess(folder.newFile(), "listen").exit).toBe(0);
});
