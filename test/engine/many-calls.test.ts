import { DatabaseSync } from "node:sqlite";

import { Engine, memory, task } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { expect, test } from "vitest";

import { storePath } from "../behaviour/support/engines.ts";
import { MemoryLog } from "../base/memory-log.ts";

const bill = task("bill", { durable: true }, (_context, order: number) => order);
const mail = task("mail", () => {});

test("calls of one list that have a transaction are in it, and the others are not", async () => {
  const path = storePath();
  await using engine = new Engine({ store: sqlite(path), tasks: [bill], log: new MemoryLog() });
  await engine.counts();
  using db = new DatabaseSync(path);
  db.exec("begin immediate");
  const inside = bill.with({ tx: db });
  const [first] = await engine.enqueueMany([[inside, 1] as const, [inside, 2] as const]);
  await expect(first.status()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
  db.exec("rollback");
  expect((await engine.jobs()).jobs).toEqual([]);
  db.exec("begin immediate");
  const jobs = await engine.enqueueMany([[inside, 3] as const, [inside, 4] as const]);
  db.exec("commit");
  const [outside] = await engine.enqueueMany([[bill, 5] as const]);
  expect((await engine.jobs()).jobs.map(({ id }) => id).toSorted()).toEqual(
    [...jobs, outside].map(({ id }) => id).toSorted(),
  );
});

test("what is no call of a durable task is refused in words", async () => {
  await using engine = new Engine({ store: memory(), tasks: [bill], log: new MemoryLog() });
  const enqueue = engine.enqueue.bind(engine) as (work: unknown) => Promise<unknown>;
  const enqueueMany = engine.enqueueMany.bind(engine) as (calls: unknown) => Promise<unknown>;
  await expect(enqueue(mail)).rejects.toThrow("the task mail can't be stored: define it with durable: true");
  await expect(enqueue(() => {})).rejects.toThrow("expected a durable task or a composition, got a function");
  await expect(enqueue(undefined)).rejects.toThrow("expected a durable task or a composition, got undefined");
  await expect(enqueueMany([bill])).rejects.toThrow("engine.enqueueMany: expected calls, [task, ...args], got");
  await expect(enqueueMany([[mail]])).rejects.toThrow("the task mail can't be stored");
});

test("a conflict ends it: what comes after its chunk is not stored, then or later", async () => {
  const once = task("once", { durable: true, unique: { key: () => "one", onConflict: "reject" } }, () => {});
  const store = memory();
  const sizes: number[] = [];
  const insert = store.insert.bind(store);
  store.insert = async (jobs, tx) => {
    sizes.push(jobs.length);
    return insert(jobs, tx);
  };
  await using engine = new Engine({ store, tasks: [bill, once], log: new MemoryLog() });
  await engine.enqueue(once);
  const calls = Array.from({ length: 1_200 }, (_, order) =>
    order === 700 ? ([once] as const) : ([bill, order] as const),
  );
  await expect(engine.enqueueMany(calls)).rejects.toMatchObject({ code: "JOB_CONFLICT" });
  await engine.enqueue(bill, 1);
  expect(sizes).toEqual([1, 500, 500, 1]);
});
