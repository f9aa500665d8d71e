import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { sqlite } from "afterwork/sqlite";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openWriter } from "../../src/stores/sqlite/connection.ts";
import { Core } from "../../src/stores/sqlite/core.ts";
import { insertJobs } from "../../src/stores/sqlite/insertion.ts";
import { migrate } from "../../src/stores/sqlite/migrate.ts";
import { Writer } from "../../src/stores/sqlite/writer.ts";
import { systemClock } from "../../src/base/clock.ts";
import { newJob } from "./new-job.ts";
import { SqliteFolder } from "./sqlite-folder.ts";
import { startSqliteProcess } from "./sqlite-process.ts";

// Starting a process takes seconds on a busy machine.
vi.setConfig({ testTimeout: 30_000 });

let folder: SqliteFolder;
beforeEach(() => {
  folder = new SqliteFolder();
});
afterEach(() => folder[Symbol.dispose]());

test("a file that is no database is told as one", async () => {
  const path = folder.newFile();
  writeFileSync(path, "this is a text, and a rather long one, so that it can't be taken for an empty file ".repeat(20));
  await expect(sqlite(path).open()).rejects.toMatchObject({
    code: "STORE_FAULT",
    passing: false,
    message: expect.stringContaining("it is not an SQLite database"),
  });
});

test("a folder that isn't there is told with the path", async () => {
  const path = join(folder.path, "nowhere", "store.db");
  await expect(sqlite(path).open()).rejects.toThrow(
    `the SQLite file ${path}: it can't be opened; the folder must exist`,
  );
});

test("a folder that can't be written is told", async () => {
  const readOnly = join(folder.path, "read-only");
  mkdirSync(readOnly);
  chmodSync(readOnly, 0o555);
  chmodSync(folder.path, 0o755);
  const child = startSqliteProcess(join(readOnly, "store.db"), "openAsNobody");
  expect(await child.line(/./)).toMatch(/it can't be (opened|written).*(allowed to write|write access)/);
});

test("a damaged file is told as damaged, and the message bears no payload", async () => {
  const path = folder.newFile();
  const store = sqlite(path);
  await store.open();
  await store.insert(Array.from({ length: 500 }, () => newJob({ args: '["secret"]' })));
  await store.close();
  damage(path);
  const broken = sqlite(path);
  const reading = broken.open().then(() => broken.list({ limit: 1000, status: "queued" }));
  await expect(reading).rejects.toThrow(/it is (damaged|not an SQLite database)/);
  await expect(reading).rejects.not.toThrow("secret");
  await broken.close();
});

test("a file that needs a newer client is refused", async () => {
  const path = folder.newFile();
  const store = sqlite(path);
  await store.open();
  await store.close();
  using database = new DatabaseSync(path);
  database.exec("update afterwork_meta set version = 9, min_compatible = 7");
  await expect(sqlite(path).open()).rejects.toThrow("has the layout 9, which clients below 7 can't use");
  database.exec("update afterwork_meta set min_compatible = 1");
  const newer = sqlite(path);
  await newer.open();
  expect(await newer.migrate()).toEqual({ from: 9, to: 9, statements: [] });
  await newer.close();
});

test("what a migration would do can be read before", async () => {
  const path = folder.newFile();
  const store = sqlite(path);
  const plan = await store.migrate({ plan: true });
  expect(plan).toMatchObject({ from: 0, to: 1 });
  expect(plan.statements.join("\n")).toContain("create table afterwork_job");
  expect((await store.migrate()).statements).toEqual(plan.statements);
  expect(await store.migrate({ plan: true })).toEqual({ from: 1, to: 1, statements: [] });
});

test("a lock that lasts longer than the busy timeout is told as passing, and passes", async () => {
  const path = folder.newFile();
  const store = sqlite(path, { busyTimeout: "100ms" });
  await store.open();
  using other = new DatabaseSync(path);
  other.exec("begin immediate");
  const locked = store.insert([newJob()]);
  await expect(locked).rejects.toMatchObject({ code: "STORE_FAULT", passing: true });
  await expect(locked).rejects.toThrow("another connection holds its write lock");
  other.exec("rollback");
  await store.insert([newJob()]);
  expect((await store.counts(10)).statuses.queued).toBe(1);
  await store.close();
});

test("a full disk fails what doesn't fit, loses nothing, and is over when there is room", async () => {
  const path = folder.newFile();
  const database = openWriter(path, { synchronous: "full" });
  migrate(database, path);
  const core = new Core(database);
  const writer = new Writer({ core, clock: systemClock, path, busyMs: 100, onTopics: () => {} });
  const stored = [newJob(), newJob()];
  await writer.submit(2, (core) => insertJobs(core, stored));
  const { page_count: pages } = database.prepare("pragma page_count").get() as { page_count: number };
  database.exec(`pragma max_page_count = ${pages}`);
  const [small, big] = [newJob(), newJob({ args: JSON.stringify("x".repeat(100_000)) })];
  const [fits, fails] = await Promise.allSettled([
    writer.submit(1, (core) => insertJobs(core, [small])),
    writer.submit(1, (core) => insertJobs(core, [big])),
  ]);
  expect(fits.status).toBe("fulfilled");
  expect(fails).toMatchObject({ reason: { code: "STORE_FAULT", passing: false } });
  expect(String((fails as PromiseRejectedResult).reason)).toContain("is full; make room");
  database.exec("pragma max_page_count = 1000000");
  await writer.submit(1, (core) => insertJobs(core, [big]));
  database.close();
  const store = sqlite(path);
  await store.open();
  const records = await store.get([...stored, small, big].map(({ id }) => id));
  expect(records.map((record) => record?.status)).toEqual(["queued", "queued", "queued", "queued"]);
  await store.close();
});

test("a store that is closed, or was never opened, says so", async () => {
  const store = sqlite(folder.newFile());
  await expect(store.insert([newJob()])).rejects.toThrow("has not been opened");
  await store.open();
  await store.close();
  await expect(store.insert([newJob()])).rejects.toThrow("is closed");
});

/** Overwrites the pages after the first, which alone says that it is a database. */
function damage(path: string): void {
  using database = new DatabaseSync(path);
  const { page_count: pages } = database.prepare("pragma page_count").get() as { page_count: number };
  database.close();
  writeFileSync(path, Buffer.alloc((pages - 1) * 4096, 0xa5), { flag: "r+" });
}
