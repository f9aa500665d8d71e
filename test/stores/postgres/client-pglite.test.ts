import { PGlite } from "@electric-sql/pglite";
import { afterAll, expect, test, vi } from "vitest";
import { databaseOf } from "../../../src/stores/postgres/client/database-of.ts";

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const db = await PGlite.create();
afterAll(() => db.close());

test("a statement gets its values, and returns values as the other clients do", async () => {
  const database = await databaseOf(db);
  const text =
    "select $1::int as number, $2::text as words, $3::bool as truth, $4::text as nothing, $5::jsonb as json, $6::int[] as list, 5::bigint as big";
  expect(await database.query(text, [7, "a 'b' \\", true, null, '{"a":1}', "{1,2}"])).toEqual([
    { number: 7, words: "a 'b' \\", truth: true, nothing: null, json: '{"a": 1}', list: "{1,2}", big: "5" },
  ]);
  expect(await database.query("select 1 as a; select 2 as b")).toEqual([{ b: 2 }]);
});

test("a transaction is committed when its work resolves, and rolled back when it rejects or a statement failed", async () => {
  const database = await databaseOf(db);
  await database.query("create table numbers (id int)");
  expect(
    await database.transaction(async (query) => (await query("insert into numbers values ($1) returning id", [1]))[0]),
  ).toEqual({ id: 1 });
  const failure = new Error("of the work");
  const failed = database.transaction(async (query) => {
    await query("insert into numbers values (2)");
    throw failure;
  });
  await expect(failed).rejects.toBe(failure);
  const aborted = database.transaction(async (query) => {
    await query("insert into numbers values (3)");
    await query("select 1/0").catch(() => {});
  });
  await expect(aborted).rejects.toMatchObject({ code: "STORE_FAULT", passing: false });
  expect(await database.query("select id from numbers")).toEqual([{ id: 1 }]);
});

test("a call inside a transaction that does not use it fails in bounded time, and says why", async () => {
  const database = await databaseOf(db, { timeoutMs: 100 });
  await db.transaction(async () => {
    await expect(database.query("select 1")).rejects.toMatchObject({
      passing: true,
      message: expect.stringContaining("has to be given as `tx`"),
    });
    await expect(database.transaction(async () => 1)).rejects.toMatchObject({ passing: true });
  });
  expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
});

test("what is notified arrives, on this channel alone, until it is stopped", async () => {
  const database = await databaseOf(db);
  const payloads: string[] = [];
  const onListening = vi.fn<() => void>();
  const channel = 'some:channel "x"';
  const listening = database.listen(channel, {
    onNotification: (payload) => payloads.push(payload),
    onListening,
    onLost: expect.fail,
  });
  expect(onListening).not.toHaveBeenCalled();
  await vi.waitFor(() => expect(onListening).toHaveBeenCalledTimes(1), 10_000);
  await database.query("select pg_notify($1, 'one')", [channel]);
  await database.query("select pg_notify('other', 'two')");
  await vi.waitFor(() => expect(payloads).toEqual(["one"]), 10_000);
  await listening?.stop();
  await database.query("select pg_notify($1, 'three')", [channel]);
  expect(payloads).toEqual(["one"]);
});

test("close leaves it open; one that the user has closed does not pass", async () => {
  await using other = await PGlite.create();
  const database = await databaseOf(other);
  await database.query("select 1");
  const second = await databaseOf(other);
  await database.close();
  await expect(database.query("select 1")).rejects.toMatchObject({
    passing: false,
    message: expect.stringContaining("it has been closed"),
  });
  expect(await second.query("select 1 as one")).toEqual([{ one: 1 }]);
});
