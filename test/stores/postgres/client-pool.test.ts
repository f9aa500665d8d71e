import { Pool, types } from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import type { Database } from "../../../src/stores/postgres/client/database.ts";
import { databaseOf } from "../../../src/stores/postgres/client/database-of.ts";
import type { DatabaseOptions } from "../../../src/stores/postgres/client/database-options.ts";
import { describeWith } from "../../support/service.ts";
import { TcpProxy } from "../../support/tcp-proxy.ts";
import { database as service, databaseUrl, killConnections, newName, onServer } from "./server.ts";

vi.setConfig({ testTimeout: 20_000 });

const passing = (words: string) => ({ code: "STORE_FAULT", passing: true, message: expect.stringContaining(words) });
const failing = (words: string) => ({ code: "STORE_FAULT", passing: false, message: expect.stringContaining(words) });

async function open(options: Partial<DatabaseOptions> = {}, url = databaseUrl): Promise<Database> {
  const database = await databaseOf(url, options);
  onTestFinished(() => database.close());
  return database;
}

function newPool(options: ConstructorParameters<typeof Pool>[0] = {}): Pool {
  const pool = new Pool({ connectionString: databaseUrl, ...options });
  onTestFinished(() => (pool.ending ? undefined : pool.end()));
  return pool;
}

async function newTable(): Promise<string> {
  const name = newName();
  await onServer(`create table ${name} (id int)`);
  onTestFinished(async () => {
    await onServer(`drop table ${name}`);
  });
  return name;
}

describeWith(service, "a database through a pool of pg", () => {
  test("a statement gets its values, and returns rows by the names of columns", async () => {
    const database = await open();
    const rows = await database.query(
      "select $1::int as number, $2::text as words, $3::bool as truth, $4::text as nothing",
      [7, "a 'b' \\", true, null],
    );
    expect(rows).toEqual([{ number: 7, words: "a 'b' \\", truth: true, nothing: null }]);
    expect(await database.query("select 1 where false")).toEqual([]);
    expect(await database.query("select 1 as a; select 2 as b, 3 as c")).toEqual([{ b: 2, c: 3 }]);
  });

  test("values don't depend on the parsers that users have set", async () => {
    const original = types.getTypeParser(16);
    onTestFinished(() => types.setTypeParser(16, original));
    types.setTypeParser(16, () => "changed");
    const database = await databaseOf(newPool({ types: { getTypeParser: () => () => "changed" as never } }));
    const text = `select true as bool, 5 as int, 5::bigint as big, '{"a":1}'::jsonb as json, array['x','y'] as list, 1.5::float8 as float`;
    expect(await database.query(text)).toEqual([
      { bool: true, int: 5, big: "5", json: '{"a": 1}', list: "{x,y}", float: 1.5 },
    ]);
  });

  test("a pool that reads in binary is refused at its first value", async () => {
    const database = await databaseOf(newPool({ binary: true } as object));
    await expect(database.query("select $1::int as number", [1])).rejects.toThrow("expected clients without `binary`");
  });

  test("a transaction is committed when its work resolves, and rolled back when it rejects", async () => {
    const [database, table] = [await open(), await newTable()];
    expect(
      await database.transaction(async (query) => (await query(`insert into ${table} values (1) returning id`))[0]),
    ).toEqual({ id: 1 });
    const failure = new Error("of the work");
    await expect(
      database.transaction(async (query) => {
        await query(`insert into ${table} values (2)`);
        throw failure;
      }),
    ).rejects.toBe(failure);
    expect(await database.query(`select id from ${table}`)).toEqual([{ id: 1 }]);
  });

  test("a transaction in which a statement failed does not count as committed", async () => {
    const [database, table] = [await open(), await newTable()];
    const going = database.transaction(async (query) => {
      await query(`insert into ${table} values (1)`);
      await query("select 1/0").catch(() => {});
    });
    await expect(going).rejects.toMatchObject(failing("a transaction that had failed"));
    expect(await database.query(`select id from ${table}`)).toEqual([]);
  });

  test("a statement that takes too long is told, cancelled on the server, and costs its connection alone", async () => {
    const applicationName = newName();
    const database = await open({ timeoutMs: 300, applicationName });
    await expect(database.query("select pg_sleep(30)")).rejects.toMatchObject(passing("was not answered within"));
    expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
    await vi.waitFor(async () => expect(await sleepers(applicationName)).toBe(0), 3_000);
  });

  test("a time-out inside a transaction rolls it back", async () => {
    const [database, table] = [await open({ timeoutMs: 300 }), await newTable()];
    const going = database.transaction(async (query) => {
      await query(`insert into ${table} values (1)`);
      await query("select pg_sleep(30)");
    });
    await expect(going).rejects.toMatchObject(passing("was not answered within"));
    expect(await database.query(`select id from ${table}`)).toEqual([]);
  });

  test("a pool whose connections are all taken is waited for, but not for ever", async () => {
    const pool = newPool({ max: 1 });
    const database = await databaseOf(pool, { timeoutMs: 200 });
    const taken = await pool.connect();
    await expect(database.query("select 1")).rejects.toMatchObject(
      passing("no connection within 200 ms (the pool has 1 of at most 1, 0 of them idle"),
    );
    const waiting = database.query("select 1 as one");
    taken.release();
    expect(await waiting).toEqual([{ one: 1 }]);
    expect(pool.idleCount).toBe(1);
    expect(pool.waitingCount).toBe(0);
  });

  test("a half-open connection is given up in bounded time, and the next call gets a new one", async () => {
    await using proxy = await TcpProxy.startFor(databaseUrl);
    const database = await open({ timeoutMs: 300 }, proxy.through(databaseUrl));
    await database.query("select 1");
    proxy.stall();
    const began = performance.now();
    await expect(database.query("select 1")).rejects.toMatchObject(passing("was not answered within"));
    await expect(database.query("select 1")).rejects.toMatchObject(passing("no connection within"));
    expect(performance.now() - began).toBeLessThan(2_000);
    await proxy.heal();
    expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("a half-open connection of the user's own pool leaves it", async () => {
    await using proxy = await TcpProxy.startFor(databaseUrl);
    const pool = newPool({ connectionString: proxy.through(databaseUrl), max: 1 });
    const database = await databaseOf(pool, { timeoutMs: 300 });
    await database.query("select 1");
    proxy.stall();
    await expect(database.query("select 1")).rejects.toMatchObject(passing("was not answered within"));
    await proxy.heal();
    expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("connections that are killed while idle, at work and in a transaction are told as passing", async () => {
    const applicationName = newName();
    const database = await open({ applicationName });
    await database.query("select 1");
    await killConnections(applicationName);
    const working = expect(database.query("select pg_sleep(30)")).rejects.toMatchObject({ passing: true });
    const inTransaction = expect(
      database.transaction(async (query) => {
        await query("select 1");
        await vi.waitFor(
          () =>
            query("select 1").then(
              () => Promise.reject(new Error("alive")),
              () => {},
            ),
          { timeout: 5_000, interval: 20 },
        );
        await query("select 1");
      }),
    ).rejects.toMatchObject({ code: "STORE_FAULT", passing: true });
    await vi.waitFor(async () => expect(await sleepers(applicationName)).toBe(1), 3_000);
    await killConnections(applicationName);
    await working;
    await inTransaction;
    expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("a connection to a server that can only be read is given up, for the next may lead to the primary", async () => {
    const pool = newPool({ max: 1 });
    pool.once("connect", (client) => void client.query("set default_transaction_read_only = on"));
    const [database, table] = [await databaseOf(pool), await newTable()];
    const insert = `insert into ${table} values (1)`;
    await expect(database.query(insert)).rejects.toMatchObject(passing("it can only be read now"));
    await database.query(insert);
  });

  test("a cut connection and a server that refuses are told as passing, with the place and no password", async () => {
    await using proxy = await TcpProxy.startFor(databaseUrl);
    const url = new URL(proxy.through(databaseUrl));
    url.password = "secret-word";
    const database = await open({}, url.href);
    const sleeping = database.query("select pg_sleep(30)");
    await vi.waitFor(() => expect(proxy.open).toBe(1), 10_000);
    setTimeout(() => proxy.cut(), 100);
    await expect(sleeping).rejects.toMatchObject(passing(`PostgreSQL at 127.0.0.1:${proxy.port}${url.pathname}`));
    proxy.refuse();
    const refused = database.query("select 1");
    await expect(refused).rejects.toMatchObject(passing("ECONNREFUSED"));
    await expect(refused).rejects.not.toThrow("secret-word");
  });

  test("too many connections are told as passing", async () => {
    const role = newName();
    await onServer(`create role ${role} login connection limit 1`);
    onTestFinished(async () => {
      await onServer(`drop role ${role}`);
    });
    const url = new URL(databaseUrl);
    url.username = role;
    const database = await databaseOf(url.href);
    const connections = (): ReturnType<typeof onServer> =>
      onServer("select 1 from pg_stat_activity where usename = $1 and state = 'active'", [role]);
    // Of two that come at once the server may refuse both.
    const first = database.query("select pg_sleep(2) is null as one");
    await vi.waitFor(async () => expect(await connections()).toHaveLength(1), 3_000);
    await expect(database.query("select 1")).rejects.toMatchObject(passing("it has no connection left"));
    expect(await first).toHaveLength(1);
    await database.close();
    await vi.waitFor(
      async () => expect(await onServer("select 1 from pg_stat_activity where usename = $1", [role])).toEqual([]),
      3_000,
    );
  });

  test("a statement time-out of the server's is told as passing", async () => {
    const database = await databaseOf(newPool({ statement_timeout: 100 }));
    await expect(database.query("select pg_sleep(30)")).rejects.toMatchObject(passing("statement_timeout (57014)"));
    expect(await database.query("select 1 as one")).toEqual([{ one: 1 }]);
  });

  test("a client that was given back in the middle of a transaction is not used", async () => {
    const [pool, table] = [newPool({ max: 1 }), await newTable()];
    const left = await pool.connect();
    await left.query("begin");
    left.release();
    const database = await databaseOf(pool);
    await database.query(`insert into ${table} values (1)`);
    expect(await onServer(`select id from ${table}`)).toEqual([{ id: 1 }]);
  });

  test("close ends an own pool once, and leaves the user's alone", async () => {
    const applicationName = newName();
    const own = await databaseOf(databaseUrl, { applicationName });
    await own.query("select 1");
    await Promise.all([own.close(), own.close()]);
    await own.close();
    await expect(own.query("select 1")).rejects.toMatchObject(failing("it has been closed"));
    await expect(own.transaction(async () => {})).rejects.toMatchObject(failing("it has been closed"));
    const pool = newPool();
    await (await databaseOf(pool)).close();
    expect((await pool.query("select 1 as one")).rows).toEqual([{ one: 1 }]);
  });

  test("a pool that the user has ended is told, and does not pass", async () => {
    const pool = newPool();
    const database = await databaseOf(pool);
    await pool.end();
    await expect(database.query("select 1")).rejects.toMatchObject(failing("its client has been closed"));
  });

  test("a database, a user, a schema and a password that are wrong say what to do, and don't pass", async () => {
    const url = new URL(databaseUrl);
    url.pathname = "/nowhere";
    await expect((await open({}, url.href)).query("select 1")).rejects.toMatchObject(
      failing("there is no such database"),
    );
    url.pathname = new URL(databaseUrl).pathname;
    url.username = "nobody_at_all";
    await expect((await open({}, url.href)).query("select 1")).rejects.toMatchObject(
      failing("it refuses the user or the password"),
    );
    const database = await open();
    await expect(database.query("select nowhere.f()")).rejects.toMatchObject(failing("run `afterwork migrate`"));
    await expect(database.query("select * from nothing")).rejects.toMatchObject(failing("run `afterwork migrate`"));
  });

  test("no message holds a value that was sent", async () => {
    const [database, table] = [await open(), await newTable()];
    await database.query(`create unique index ${table}_id on ${table} (id); insert into ${table} values (777)`);
    for (const [text, value] of [
      ["select $1::int", "secret"],
      [`insert into ${table} values ($1)`, 777],
      ["select $1::jsonb", "{secret"],
      ["select $1::text", "secret\0"],
    ] as const) {
      const failed = database.query(text, [value]);
      await expect(failed).rejects.toMatchObject({ code: "STORE_FAULT", passing: false });
      await expect(failed).rejects.not.toThrow(/secret|777/);
    }
  });
});

async function sleepers(applicationName: string): Promise<number> {
  const text =
    "select 1 from pg_stat_activity where application_name = $1 and state = 'active' and query like '%pg_sleep(30)%'";
  return (await onServer(text, [applicationName])).length;
}
