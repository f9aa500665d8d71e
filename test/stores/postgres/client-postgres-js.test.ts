import postgres from "postgres";
import { expect, onTestFinished, test, vi } from "vitest";
import { databaseOf } from "../../../src/stores/postgres/client/database-of.ts";
import { describeWith } from "../../support/service.ts";
import { TcpProxy } from "../../support/tcp-proxy.ts";
import { database as service, databaseUrl, killConnections, newName, onServer } from "./server.ts";

vi.setConfig({ testTimeout: 20_000 });

const passing = (words: string) => ({ code: "STORE_FAULT", passing: true, message: expect.stringContaining(words) });

function newSql(options: postgres.Options<{}> = {}, url = databaseUrl): postgres.Sql {
  const sql = postgres(url, options);
  onTestFinished(() => sql.end({ timeout: 0 }));
  return sql;
}

async function newTable(): Promise<string> {
  const name = newName();
  await onServer(`create table ${name} (id int)`);
  onTestFinished(async () => {
    await onServer(`drop table ${name}`);
  });
  return name;
}

describeWith(service, "a database through postgres.js", () => {
  for (const transform of ["none", "camel", "pascal", "kebab"] as const) {
    test(`values and names don't depend on types and on transforms (${transform})`, async () => {
      const sql = newSql({
        ...(transform === "none" ? {} : { transform: postgres[transform] }),
        types: { bigint: postgres.BigInt, flag: { to: 16, from: [16], serialize: String, parse: () => "changed" } },
      });
      const database = await databaseOf(sql);
      const text = `select $1::int as job_count, $2::jsonb as payload, $3::bool as is_it, $4::text as nothing, $5::bigint as big,
        $6::int[] as list, $7::timestamptz at time zone 'utc' as run_at`;
      const values = [7, '{"a_b":1}', true, null, "9007199254740993", "{1,2}", "2026-01-01T00:00:00Z"];
      expect(await database.query(text, values)).toEqual([
        {
          job_count: 7,
          payload: '{"a_b": 1}',
          is_it: true,
          nothing: null,
          big: "9007199254740993",
          list: "{1,2}",
          run_at: "2026-01-01 00:00:00",
        },
      ]);
      expect(await database.query("select 1 as a; select 2 as b")).toEqual([{ b: 2 }]);
      expect(await database.query("select 1 where false")).toEqual([]);
    });
  }

  test("a transaction is committed when its work resolves, and rolled back when it rejects or a statement failed", async () => {
    const [database, table] = [await databaseOf(newSql()), await newTable()];
    expect(
      await database.transaction(
        async (query) => (await query(`insert into ${table} values ($1) returning id`, [1]))[0],
      ),
    ).toEqual({ id: 1 });
    const failure = new Error("of the work");
    const failed = database.transaction(async (query) => {
      await query(`insert into ${table} values (2)`);
      throw failure;
    });
    await expect(failed).rejects.toBe(failure);
    const aborted = database.transaction(async (query) => {
      await query(`insert into ${table} values (3)`);
      await query("select 1/0").catch(() => {});
    });
    await expect(aborted).rejects.toMatchObject({ code: "STORE_FAULT", passing: false });
    expect(await database.query(`select id from ${table}`)).toEqual([{ id: 1 }]);
  });

  test("a statement that takes too long is told, and cancelled on the server", async () => {
    const sql = newSql({ max: 1 });
    const database = await databaseOf(sql, { timeoutMs: 300 });
    await expect(database.query("select pg_sleep(30)")).rejects.toMatchObject(passing("was not answered within"));
    expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
    const inTransaction = database.transaction(async (query) => void (await query("select pg_sleep(30)")));
    await expect(inTransaction).rejects.toMatchObject(passing("was not answered within"));
    expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("an sql whose connections are all taken is waited for, but not for ever", async () => {
    const sql = newSql({ max: 1 });
    const database = await databaseOf(sql, { timeoutMs: 200 });
    const taken = await sql.reserve();
    await expect(database.query("select 1")).rejects.toMatchObject(passing("within 200 ms"));
    let ran = false;
    await expect(database.transaction(async () => (ran = true))).rejects.toMatchObject(
      passing("no connection within 200 ms"),
    );
    taken.release();
    expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
    expect(ran).toBe(false);
  });

  test("half-open connections fail calls in bounded time; others work on", async () => {
    await using proxy = await TcpProxy.startFor(databaseUrl);
    const sql = newSql({ max: 2 }, proxy.through(databaseUrl));
    const database = await databaseOf(sql, { timeoutMs: 300 });
    await database.query("select 1");
    proxy.stall();
    const began = performance.now();
    await expect(database.query("select 1")).rejects.toMatchObject(passing("was not answered within"));
    await expect(database.transaction((query) => query("select 1"))).rejects.toMatchObject({ passing: true });
    expect(performance.now() - began).toBeLessThan(2_000);
    proxy.cut();
    await proxy.heal();
    await vi.waitFor(async () => expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]), 5_000);
  });

  test("connections that are killed are told as passing", async () => {
    const name = newName();
    const database = await databaseOf(newSql({ connection: { application_name: name } }));
    const sleeping = expect(database.query("select pg_sleep(30)")).rejects.toMatchObject({
      code: "STORE_FAULT",
      passing: true,
    });
    const inTransaction = expect(
      database.transaction(async (query) => void (await query("select pg_sleep(30)"))),
    ).rejects.toMatchObject({ passing: true });
    await vi.waitFor(
      async () =>
        expect(
          await onServer("select 1 from pg_stat_activity where application_name = $1 and query like '%sleep%'", [name]),
        ).toHaveLength(2),
      10_000,
    );
    await killConnections(name);
    await sleeping;
    await inTransaction;
    expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("a transaction whose connection is lost between its statements does nothing more, anywhere", async () => {
    const [name, table] = [newName(), await newTable()];
    const sql = newSql({ max: 1, connection: { application_name: name } });
    const database = await databaseOf(sql);
    for (const end of ["another statement", "return", "throw"] as const) {
      const going = database.transaction(async (query) => {
        await query(`insert into ${table} values (1)`);
        await killConnections(name);
        await vi.waitFor(async () => expect(await sql`select 1 as one`).toEqual([{ one: 1 }]), 5_000);
        if (end === "another statement") await query(`insert into ${table} values (2)`);
        if (end === "throw") throw new Error("of the work");
      });
      await expect(going, end).rejects.toThrow();
      if (end !== "throw") await expect(going, end).rejects.toMatchObject({ code: "STORE_FAULT", passing: true });
    }
    expect(await database.query(`select id from ${table}`)).toEqual([]);
  });

  test("close leaves the user's sql alone, and one that has ended does not pass", async () => {
    const sql = newSql();
    const database = await databaseOf(sql);
    await Promise.all([database.close(), database.close()]);
    await expect(database.query("select 1")).rejects.toMatchObject({
      passing: false,
      message: expect.stringContaining("it has been closed"),
    });
    expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
    const other = await databaseOf(sql);
    await sql.end();
    await expect(other.query("select 1")).rejects.toMatchObject({
      passing: false,
      message: expect.stringContaining("its client has been closed"),
    });
  });
});
