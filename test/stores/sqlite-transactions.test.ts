import { DatabaseSync } from "node:sqlite";
import { sqlite } from "afterwork/sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { newId } from "../../src/base/ids.ts";
import type { Store } from "../../src/stores/contract/store.ts";
import { newJob } from "./new-job.ts";
import { SqliteFolder } from "./sqlite-folder.ts";

let folder: SqliteFolder;
let store: Store;
let tx: DatabaseSync;

beforeEach(async () => {
  folder = new SqliteFolder();
  const path = folder.newFile();
  store = sqlite(path, { busyTimeout: "2s" });
  await store.open();
  tx = new DatabaseSync(path);
  tx.exec("create table orders (id text)");
});

afterEach(async () => {
  tx.close();
  await store.close();
  folder[Symbol.dispose]();
});

describe("a job in a transaction of the user's", () => {
  test("is not seen before its commit, and can be claimed after it", async () => {
    const job = newJob();
    tx.exec("begin immediate");
    tx.exec("insert into orders values ('a')");
    await store.insert([job], tx);
    expect(await store.get([job.id])).toEqual([undefined]);
    tx.exec("commit");
    expect(await claimAll()).toEqual([job.id]);
  });

  test("is gone with a rollback, and others take its place without a clash", async () => {
    tx.exec("begin immediate");
    await store.insert([newJob({ task: "never seen", queue: "never seen" })], tx);
    tx.exec("rollback");
    const [before, inside, after] = [newJob(), newJob({ queue: "other" }), newJob()];
    await store.insert([before]);
    tx.exec("begin immediate");
    await store.insert([inside], tx);
    tx.exec("commit");
    await store.insert([after]);
    expect(await claimAll()).toEqual([before.id, after.id, inside.id]);
  });

  test("calls of the store wait for its commit without stopping the process", async () => {
    tx.exec("begin immediate");
    await store.insert([newJob()], tx);
    const other = store.insert([newJob()]);
    await new Promise((resolve) => setTimeout(resolve, 30));
    tx.exec("commit");
    await other;
    expect((await store.counts(10)).statuses.queued).toBe(2);
  });

  test("what is refused leaves the rest of the transaction as it was", async () => {
    tx.exec("begin immediate");
    tx.exec("insert into orders values ('a')");
    await expect(store.insert([newJob(), newJob({ parents: [newId()] })], tx)).rejects.toThrow("is not stored");
    tx.exec("commit");
    expect(tx.prepare("select count(*) as number from orders").get()).toEqual({ number: 1 });
    expect((await store.counts(10)).statuses.queued).toBe(0);
  });

  test("may come from a connection that reads numbers and rows in its own way", async () => {
    using odd = new DatabaseSync(tx.location() ?? "", { readBigInts: true, returnArrays: true });
    odd.exec("begin immediate");
    const job = newJob({ unique: { key: "k", onConflict: "existing" } });
    await store.insert([job], odd);
    expect(await store.insert([newJob({ unique: { key: "k", onConflict: "existing" } })], odd)).toEqual([
      { id: job.id, deduplicated: true },
    ]);
    odd.exec("commit");
    expect(await claimAll()).toEqual([job.id]);
  });

  test("is told to who listens", async () => {
    const heard = new Promise((resolve) => store.onWake(resolve));
    tx.exec("begin immediate");
    await store.insert([newJob()], tx);
    tx.exec("commit");
    expect(await heard).toBe("jobs");
  });
});

describe("as a transaction is refused", () => {
  test("what is no connection", async () => {
    await expect(store.insert([newJob()], { query: 1 })).rejects.toThrow("tx: expected a DatabaseSync of node:sqlite");
  });

  test("a connection without an open transaction", async () => {
    await expect(store.insert([newJob()], tx)).rejects.toThrow("BEGIN IMMEDIATE");
  });

  test("a connection to another file", async () => {
    using other = new DatabaseSync(folder.newFile());
    other.exec("begin immediate");
    await expect(store.insert([newJob()], other)).rejects.toThrow("the store's own file");
  });
});

async function claimAll(): Promise<readonly string[]> {
  const worker = newId();
  await store.register({ id: worker, leaseMs: 1000, name: "trial" });
  const request = { worker, token: newId(), queues: ["default", "other"], tasks: ["task"], limit: 10, keyedLimit: 10 };
  return (await store.claim(request)).jobs.map(({ id }) => id);
}
