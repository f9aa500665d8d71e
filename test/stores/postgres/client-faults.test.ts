import { Pool } from "pg";
import postgres from "postgres";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { PGlite } from "@electric-sql/pglite";
import { databaseOf } from "../../../src/stores/postgres/client/database-of.ts";
import { describeWith } from "../../support/service.ts";
import { database as service, databaseUrl } from "./server.ts";

/** SQLSTATEs by what is said of them, and whether the same call may succeed in a moment. */
const meanings: readonly (readonly [state: string, passing: boolean, words: string])[] = [
  ["08006", true, "the connection to it was lost"],
  ["22012", false, "a value does not fit"],
  ["23505", false, "a row breaks a rule of its table"],
  ["25006", true, "it can only be read now"],
  ["26000", false, "`prepare: false`"],
  ["28P01", false, "it refuses the user or the password"],
  ["3D000", false, "there is no such database"],
  ["3F000", false, "run `afterwork migrate`"],
  ["40001", true, "it has rolled the transaction back"],
  ["40P01", true, "a deadlock"],
  ["42501", false, "this user may not do that"],
  ["42883", false, "run `afterwork migrate`"],
  ["42P01", false, "run `afterwork migrate`"],
  ["53100", false, "its disk is full; make room"],
  ["53200", false, "it is out of memory"],
  ["53300", true, "it has no connection left"],
  ["54000", false, "beyond its limits"],
  ["55P03", true, "another transaction holds a lock"],
  ["57014", true, "took longer than statement_timeout"],
  ["57P01", true, "it is shutting down"],
  ["57P02", true, "it has crashed"],
  ["57P03", true, "takes no connections yet"],
  ["57P04", false, "the database has been dropped"],
  ["58030", false, "could not read or write its files"],
  ["XX001", false, "its files are damaged"],
  ["P0001", false, "a function of the store's schema has failed"],
  ["0A000", false, "a statement failed"],
];

const pool = new Pool({ connectionString: databaseUrl });
const sql = postgres(databaseUrl);
const pglite = new PGlite();
afterAll(async () => {
  await Promise.all([pool.end(), sql.end(), pglite.close()]);
});

describeWith(service, "what clients throw", () => {
  for (const [kind, given] of Object.entries({ pg: pool, "postgres.js": sql, PGlite: pglite })) {
    test(`${kind}: every SQLSTATE is told by what to do, and by whether it passes`, async () => {
      const database = await databaseOf(given);
      for (const [state, passing, words] of meanings) {
        const raised = database.query(`do $$ begin raise exception 'as raised' using errcode = '${state}'; end $$`);
        await expect(raised, state).rejects.toMatchObject({
          code: "STORE_FAULT",
          passing,
          message: expect.stringMatching(new RegExp(`^PG?.*: .*${words}.* \\(${state}`)),
          details: { sqlState: state },
          cause: expect.objectContaining({ code: state }),
        });
        expect(await database.query("select 1 as one"), state).toEqual([{ one: 1 }]);
      }
    });
  }

  test("a broken rule is told by its name", async () => {
    for (const given of [pool, sql]) {
      const database = await databaseOf(given);
      const broken = database.transaction(async (query) => {
        await query("create temp table with_rule (id int constraint only_big check (id > 100)) on commit drop");
        await query("insert into with_rule values ($1)", [77]);
      });
      await expect(broken).rejects.toThrow(/\(23514: only_big\)$/);
    }
  });

  test("a host without a name, a port without a server and a server without TLS are told with the place", async () => {
    const failures = {
      "postgres://user:secret@nowhere.invalid/jobs": [
        true,
        "PostgreSQL at nowhere.invalid:5432/jobs: the connection to it was lost, or could not be made (E",
      ],
      "postgres://user:secret@127.0.0.1:1/jobs": [
        true,
        "PostgreSQL at 127.0.0.1:1/jobs: the connection to it was lost, or could not be made (ECONNREFUSED)",
      ],
      "postgres:///jobs?host=/nowhere": [
        true,
        "PostgreSQL at /nowhere:5432/jobs: the connection to it was lost, or could not be made (ENOENT)",
      ],
    } as const;
    for (const [url, [passing, words]] of Object.entries(failures)) {
      const database = await databaseOf(url);
      onTestFinished(() => database.close());
      await expect(database.query("select 1")).rejects.toMatchObject({
        passing,
        message: expect.stringContaining(words),
      });
    }
    const withTls = await databaseOf(new Pool({ connectionString: databaseUrl, ssl: true }));
    const { rows } = await pool.query<{ ssl: string }>("show ssl");
    if (rows[0]?.ssl === "off") {
      await expect(withTls.query("select 1")).rejects.toMatchObject({
        passing: false,
        message: expect.stringContaining("does not support SSL"),
      });
    }
  });
});
