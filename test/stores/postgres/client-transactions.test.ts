import { PGlite } from "@electric-sql/pglite";
import { drizzle as drizzlePg } from "drizzle-orm/node-postgres";
import { drizzle as drizzlePglite } from "drizzle-orm/pglite";
import { drizzle as drizzlePostgresJs } from "drizzle-orm/postgres-js";
import { CamelCasePlugin, Kysely, PostgresDialect } from "kysely";
import { Client, Pool } from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { queryIn } from "../../../src/stores/postgres/client/user-transaction.ts";
import { describeWith } from "../../support/service.ts";
import { database as service, databaseUrl, newName } from "./server.ts";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 60_000 });

/** A way to have a transaction: it is committed when `work` resolves, and rolled back when it rejects. */
type Begin = (work: (tx: unknown) => Promise<void>) => Promise<unknown>;

const hard = String.raw`{"text":"it's \\ \" $1 $2 -- ; /* "}` + "\n\t\u{1f600}";
const name = newName();
const pool = new Pool({ connectionString: databaseUrl });
const sql = postgres(databaseUrl, { onnotice: () => {} });
const camelSql = postgres(databaseUrl, { transform: postgres.camel });
const pglite = new PGlite();
const kysely = new Kysely<object>({ dialect: new PostgresDialect({ pool }), plugins: [new CamelCasePlugin()] });

const onServer: Readonly<Record<string, Begin>> = {
  "a PoolClient of pg": async (work) => {
    const client = await pool.connect();
    try {
      await client.query("begin");
      await work(client);
      await client.query("commit");
    } catch (error) {
      await client.query("rollback");
      throw error;
    } finally {
      client.release();
    }
  },
  "a Client of pg that does not know the status of its transaction": async (work) => {
    const client = new Client({ connectionString: databaseUrl });
    await client.connect();
    Object.assign(client, { getTransactionStatus: undefined });
    try {
      await client.query("begin");
      await work(client);
      await client.query("commit");
    } finally {
      await client.end();
    }
  },
  "postgres.js": (work) => sql.begin(work),
  "a savepoint of postgres.js": (work) => sql.begin((tx) => tx.savepoint(work)),
  "postgres.js with transforms": (work) => camelSql.begin(work),
  "a Transaction of Kysely": (work) => kysely.transaction().execute(work),
  "a ControlledTransaction of Kysely": async (work) => {
    const tx = await kysely.startTransaction().execute();
    await work(tx).catch(async (error: unknown) => {
      await tx.rollback().execute();
      throw error;
    });
    await tx.commit().execute();
  },
  "Drizzle on pg": (work) => drizzlePg(pool).transaction(work),
  "a nested transaction of Drizzle on pg": (work) => drizzlePg(pool).transaction((tx) => tx.transaction(work)),
  "Drizzle on postgres.js": (work) => drizzlePostgresJs(sql).transaction(work),
};

const onPGlite: Readonly<Record<string, Begin>> = {
  "a transaction of PGlite": (work) => pglite.transaction(work),
  "Drizzle on PGlite": (work) => drizzlePglite(pglite).transaction(work),
};

const schema = `create table ${name} (note text);
  create function ${name}_note(words text) returns text language plpgsql as $$
    begin insert into ${name} values (words); return 'noted: ' || words; end $$`;

function declare(kind: string, begin: Begin, read: () => Promise<readonly unknown[]>): void {
  const note = async (tx: unknown, words: string): Promise<unknown> =>
    (await queryIn(tx)(`select ${name}_note($1::text) as answers`, [words]))[0];

  test(`${kind}: what is stored counts with the commit, and not after a rollback`, async () => {
    await begin(async (tx) => {
      expect(await note(tx, hard)).toEqual({ answers: `noted: ${hard}` });
    });
    expect(await read()).toEqual([hard]);
    const failure = new Error("of the user");
    const rolledBack = begin(async (tx) => {
      await note(tx, "not to be kept");
      throw failure;
    });
    await expect(rolledBack).rejects.toBe(failure);
    expect(await read()).toEqual([]);
  });

  test(`${kind}: several values, nulls and numbers arrive`, async () => {
    await begin(async (tx) => {
      const rows = await queryIn(tx)(
        "select concat_ws('|', $2::text, $1::int + 1, $3::bool, coalesce($4::text, 'none')) as answers",
        [-5, "$1", true, null],
      );
      expect(rows[0]).toEqual({ answers: "$1|-4|t|none" });
    });
  });

  test(`${kind}: a fault is told without the values`, async () => {
    let told: unknown;
    const failed = begin(async (tx) => {
      told = await queryIn(tx)("select ($1::text)::int as answers", ["secret"]).catch((error: unknown) => error);
      throw told;
    });
    await expect(failed).rejects.toThrow();
    expect(told).toMatchObject({ code: "STORE_FAULT", passing: false, details: { sqlState: "22P02" } });
    expect(String(told)).not.toContain("secret");
  });
}

describeWith(service, "a transaction of the user's on a server", () => {
  beforeAll(() => pool.query(schema));
  afterAll(async () => {
    await pool.query(`drop function ${name}_note; drop table ${name}`);
    await Promise.all([pool.end(), sql.end(), camelSql.end()]);
  });
  const read = async (): Promise<readonly unknown[]> => {
    const { rows } = await pool.query(`delete from ${name} returning note`);
    return rows.map((row: { note: string }) => row.note);
  };
  for (const [kind, begin] of Object.entries(onServer)) declare(kind, begin, read);

  test("strings are escaped whatever standard_conforming_strings says", async () => {
    await drizzlePg(pool).transaction(async (tx) => {
      await tx.execute("set local standard_conforming_strings = off");
      expect(await queryIn(tx)("select $1::text as answers", [hard])).toEqual([{ answers: hard }]);
    });
  });

  test("a text with U+0000 is refused before it is sent", async () => {
    await drizzlePg(pool).transaction(async (tx) => {
      await expect(queryIn(tx)("select $1::text as answers", ["a\0b"])).rejects.toThrow("holds U+0000");
    });
  });

  test("what is no open transaction is refused", async () => {
    const client = await pool.connect();
    onTestFinished(() => client.release());
    const reserved = await sql.reserve();
    onTestFinished(() => reserved.release());
    const committed = await kysely.startTransaction().execute();
    await committed.commit().execute();
    const refused = {
      "got one without a transaction; await BEGIN on it first": [client, new Client()],
      "got an sql outside of begin()": [sql, reserved],
      "got a PGlite itself": [pglite],
      "got a Kysely outside of transaction()": [kysely],
      "got one that has ended": [committed],
      "got a database outside of transaction()": [drizzlePg(pool), drizzlePostgresJs(sql), drizzlePglite(pglite)],
      "expected an open transaction: a client of pg after BEGIN, ": [pool, undefined, null, {}, () => {}, "tx", 5],
    };
    for (const [words, given] of Object.entries(refused)) {
      for (const tx of given) {
        expect(() => queryIn(tx), words).toThrow(
          expect.objectContaining({ code: "INVALID_OPTION", message: expect.stringContaining(words) }),
        );
      }
    }
    await client.query("begin");
    queryIn(client);
    await client.query("commit");
    expect(() => queryIn(client)).toThrow("await BEGIN on it first");
  });

  test("a client that does not know its status is refused by what the server says", async () => {
    const client = await pool.connect();
    onTestFinished(() => client.release(true));
    Object.assign(client, { getTransactionStatus: undefined });
    await expect(queryIn(client)("select 1 as answers")).rejects.toMatchObject({
      code: "INVALID_OPTION",
      message: expect.stringContaining("await BEGIN on it first"),
    });
  });

  test("a transaction that has failed before says so", async () => {
    const client = await pool.connect();
    onTestFinished(() => client.release());
    await client.query("begin");
    await client.query("select 1/0").catch(() => {});
    await expect(queryIn(client)("select 1 as answers")).rejects.toMatchObject({
      code: "STORE_FAULT",
      message: expect.stringContaining("the transaction has failed before"),
    });
    await client.query("rollback");
  });
});

describeWith({ name: "PGlite", isThere: true }, "a transaction of the user's on PGlite", () => {
  beforeAll(() => pglite.exec(schema));
  afterAll(() => pglite.close());
  const read = async (): Promise<readonly unknown[]> => {
    const { rows } = await pglite.query<{ note: string }>(`delete from ${name} returning note`);
    return rows.map(({ note }) => note);
  };
  for (const [kind, begin] of Object.entries(onPGlite)) declare(kind, begin, read);

  test("a transaction that has been rolled back is refused", async () => {
    await pglite.transaction(async (tx) => {
      await tx.rollback();
      expect(() => queryIn(tx)).toThrow("got one that has ended");
    });
  });
});
