import { Pool } from "pg";
import postgresJs from "postgres";
import { expect, onTestFinished, test, vi } from "vitest";

import { type Connection, databaseOf } from "../../../src/stores/postgres/client/database-of.ts";
import type { Database } from "../../../src/stores/postgres/client/database.ts";
import { migrate, planMigration } from "../../../src/stores/postgres/migrate.ts";
import { lockOf, type Migration } from "../../../src/stores/postgres/migrations.ts";
import { onDatabase } from "../../support/database.ts";
import { describeWith } from "../../support/service.ts";
import { TcpProxy } from "../../support/tcp-proxy.ts";
import { database as service, databaseUrl, dropSchema, newName, newSchemaName, onServer } from "./server.ts";

vi.setConfig({ testTimeout: 30_000 });

/** The usual time of one statement, in the tests that need a short one. */
const timeoutMs = 400;
const slowly: readonly Migration[] = [
  { minCompatible: 1, statements: ["select pg_sleep(1.2)", "create table done (at timestamptz default now())"] },
];

const connections: Readonly<Record<string, (url: string) => Connection>> = {
  pg: (url) => {
    const pool = new Pool({ connectionString: url, query_timeout: timeoutMs });
    onTestFinished(() => pool.end());
    return pool;
  },
  "postgres.js": (url) => {
    const sql = postgresJs(url, { onnotice: () => {} });
    onTestFinished(() => sql.end({ timeout: 1 }));
    return sql;
  },
};

async function open(connection: Connection = databaseUrl): Promise<Database> {
  const database = await databaseOf(connection, { listen: false, timeoutMs });
  onTestFinished(() => database.close());
  return database;
}

function newSchema(): string {
  const schema = newSchemaName();
  onTestFinished(() => dropSchema(schema));
  return schema;
}

/** The URL of a role of its own, with these settings. */
async function newRole(settings: Readonly<Record<string, string>>): Promise<{ name: string; url: string }> {
  const name = newName();
  await onServer(`create role ${name} login password 'secret'`);
  onTestFinished(async () => {
    await onServer(`drop owned by ${name} cascade`);
    await onServer(`drop role ${name}`);
  });
  for (const [setting, value] of Object.entries(settings))
    await onServer(`alter role ${name} set ${setting} = ${value}`);
  const url = new URL(databaseUrl);
  url.username = name;
  url.password = "secret";
  return { name, url: url.href };
}

/** Does somebody hold the lock of those who migrate this schema? */
async function migrating(schema: string): Promise<boolean> {
  return onDatabase(databaseUrl, async (client) => {
    await client.query("begin");
    const { rows } = await client.query<{ taken: boolean }>(lockOf(schema, "pg_try_advisory_xact_lock"));
    return rows[0]?.taken === false;
  });
}

describeWith(service, "a migration", () => {
  for (const [kind, connect] of Object.entries(connections)) {
    test(`${kind}: may take longer than statements may, and those who come meanwhile find it done`, async () => {
      const schema = newSchema();
      const databases = await Promise.all([open(connect(databaseUrl)), open(connect(databaseUrl))]);
      const reports = await Promise.all(databases.map((database) => migrate(database, schema, slowly)));
      expect(reports.map(({ from, to }) => `${from} to ${to}`).toSorted()).toEqual(["0 to 1", "1 to 1"]);
      expect(reports.filter(({ statements }) => statements.length === 0)).toHaveLength(1);
      expect(await onServer(`select * from "${schema}".done`)).toEqual([]);
    });
  }

  for (const [kind, connect] of Object.entries(connections)) {
    test(`${kind}: by a machine that vanishes in the middle of it holds nobody up for long`, async () => {
      await using proxy = await TcpProxy.startFor(databaseUrl);
      const schema = newSchema();
      const vanishing = migrate(await open(connect(proxy.through(databaseUrl))), schema, slowly);
      vanishing.catch(() => {});
      await vi.waitFor(async () => expect(await migrating(schema)).toBe(true), 10_000);
      proxy.stall();
      expect(await migrate(await open(), schema, slowly)).toMatchObject({ from: 0, to: 1 });
    });
  }

  test("is not cut off by what the role has set, nor misled by its isolation", async () => {
    const { url, name } = await newRole({
      statement_timeout: "'300ms'",
      default_transaction_isolation: "'repeatable read'",
    });
    const schema = newSchema();
    await onServer(`create schema "${schema}" authorization ${name}`);
    const databases = await Promise.all([open(url), open(url), open(url)]);
    const reports = await Promise.all(databases.map((database) => migrate(database, schema, slowly)));
    expect(reports.map(({ from }) => `${from}`).toSorted()).toEqual(["0", "1", "1"]);
  });

  test("needs no right to make schemas where there is one", async () => {
    const { url, name } = await newRole({});
    const schema = newSchema();
    await expect(migrate(await open(url), schema)).rejects.toThrow(/42501: permission denied for database/);
    await onServer(`create schema "${schema}" authorization ${name}`);
    expect(await migrate(await open(url), schema)).toMatchObject({ from: 0, to: 1 });
  });

  test("waits for a lock only shortly, and tries again", async () => {
    const schema = newSchema();
    const database = await open();
    const first: Migration = { minCompatible: 1, statements: ["create table thing (one integer)"] };
    const second: Migration = {
      minCompatible: 1,
      statements: ["set local lock_timeout = '100ms'", "alter table thing add column two integer"],
    };
    await migrate(database, schema, [first]);
    const migrated = await onDatabase(databaseUrl, async (client) => {
      await client.query(`begin; select * from "${schema}".thing`);
      const migrating = migrate(database, schema, [first, second]);
      const early = await Promise.race([migrating, new Promise((resolve) => setTimeout(resolve, 700, "waits"))]);
      expect(early).toBe("waits");
      await client.query("commit");
      return migrating;
    });
    expect(migrated).toMatchObject({ from: 1, to: 2 });
  });

  test("gives up when a lock is held for long, and says what to look for", async () => {
    const schema = newSchema();
    const database = await open();
    const first: Migration = { minCompatible: 1, statements: ["create table thing (one integer)"] };
    const second: Migration = {
      minCompatible: 1,
      statements: ["set local lock_timeout = '20ms'", "drop table thing"],
    };
    await migrate(database, schema, [first]);
    await onDatabase(databaseUrl, async (client) => {
      await client.query(`begin; select * from "${schema}".thing`);
      await expect(migrate(database, schema, [first, second])).rejects.toMatchObject({
        passing: true,
        message: expect.stringContaining("look for a long one") as string,
      });
    });
    expect(await planMigration(database.query, schema, [first])).toMatchObject({ from: 1, to: 1, statements: [] });
  });

  test("leaves nothing behind when it fails", async () => {
    const schema = newSchema();
    const broken: Migration = { minCompatible: 1, statements: ["create table thing (one integer)", "select 1/0"] };
    await expect(migrate(await open(), schema, [broken])).rejects.toThrow("22012");
    expect(await onServer("select to_regnamespace($1) as there", [schema])).toEqual([{ there: null }]);
  });

  test("printed for one layout, is refused on another one", async () => {
    const schema = newSchema();
    const database = await open();
    const step = (name: string): Migration => ({
      minCompatible: 1,
      statements: [`create table ${name} (one integer)`],
    });
    await migrate(database, schema, [step("a")]);
    const { statements } = await planMigration(database.query, schema, [step("a"), step("b")]);
    await migrate(database, schema, [step("a"), step("c")]);
    const byHand = onDatabase(databaseUrl, (client) => client.query(["begin", ...statements, "commit"].join(";\n")));
    await expect(byHand).rejects.toThrow("these statements are for the layout 1");
  });
});
