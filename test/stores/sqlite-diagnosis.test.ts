import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { sqlite } from "afterwork/sqlite";
import { expect, onTestFinished, test } from "vitest";

import { diagnoseFile } from "../../src/stores/sqlite/diagnosis.ts";
import { SqliteFolder } from "./sqlite-folder.ts";

function newPath(): string {
  const folder = new SqliteFolder();
  onTestFinished(() => folder[Symbol.dispose]());
  return folder.newFile();
}

async function newFile(): Promise<string> {
  const path = newPath();
  await sqlite(path).migrate();
  return path;
}

async function found(path: string, enough = 0): Promise<readonly string[]> {
  return (await diagnoseFile(path, enough)).map(({ check, level, seen }) => `${level} ${check}: ${seen}`);
}

test("a file that is as it should be, and is left as it is", async () => {
  const path = await newFile();
  const before = readFileSync(path);
  expect(await found(path)).toEqual([
    `ok layout: ${path} has the layout 1`,
    "ok journal-mode: wal",
    "ok integrity: quick_check finds nothing wrong",
    expect.stringMatching(/^ok free-room: \d+ MiB are free on its disk$/),
  ]);
  expect(readdirSync(join(path, ".."))).toHaveLength(1);
  expect(readFileSync(path).equals(before)).toBe(true);
});

test("a store, opened or not, tells the same of its file", async () => {
  const path = await newFile();
  const store = sqlite(path);
  const before = await store.diagnose?.();
  await store.open();
  onTestFinished(() => store.close());
  expect((await store.diagnose?.())?.map(({ check }) => check)).toEqual(before?.map(({ check }) => check));
  expect(await sqlite(":memory:").diagnose?.()).toEqual([]);
});

test("a file that isn't there is not made, and a folder neither", async () => {
  const path = newPath();
  expect(await found(path)).toContain(`warning file: there is no file ${path}`);
  const nowhere = join(path, "jobs.db");
  expect(await found(nowhere)).toEqual([
    `problem file: there is no folder for ${nowhere}`,
    expect.stringMatching(/^hint free-room: it could not be looked at: ENOENT/),
  ]);
  expect(readdirSync(join(path, ".."))).toEqual([]);
});

test("a file of another layout or journal mode", async () => {
  const path = newPath();
  new DatabaseSync(path).exec("create table other (one)");
  expect(await found(path)).toEqual([
    `warning layout: ${path} has the layout 0, and this client 1`,
    "hint journal-mode: delete",
    "ok integrity: quick_check finds nothing wrong",
    expect.stringMatching(/^ok free-room/),
  ]);
});

test("a file that needs a newer client, and one that is no database", async () => {
  const path = await newFile();
  const database = new DatabaseSync(path);
  database.exec("update afterwork_meta set version = 9, min_compatible = 9");
  database.close();
  expect(await found(path)).toContainEqual(expect.stringMatching(/^problem file: .*clients below 9 can't use/));
  writeFileSync(path, "no database, but a text that is long enough to be read as a header of one".repeat(20));
  expect(await found(path)).toContainEqual(expect.stringMatching(/^problem file: .*not an SQLite database/));
});

test("a file that is damaged", async () => {
  const path = await newFile();
  const bytes = readFileSync(path);
  const pageSize = bytes.readUInt16BE(16);
  // The header of a page in the middle of it.
  bytes.fill(0xff, pageSize * 8, pageSize * 8 + 64);
  writeFileSync(path, bytes);
  expect(await found(path)).toContainEqual(expect.stringMatching(/^problem (integrity|file): /));
});

test("a disk with little room", async () => {
  expect(await found(await newFile(), Number.MAX_SAFE_INTEGER)).toContainEqual(
    expect.stringMatching(/^warning free-room: \d+ MiB are free/),
  );
});
