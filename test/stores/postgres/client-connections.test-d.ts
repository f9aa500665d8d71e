import type { PGlite } from "@electric-sql/pglite";
import type { Client, Pool } from "pg";
import type postgres from "postgres";
import { expectTypeOf, test } from "vitest";
import type { Connection } from "../../../src/stores/postgres/client/database-of.ts";

test("what the clients make is a connection", () => {
  expectTypeOf<string>().toExtend<Connection>();
  expectTypeOf<Pool>().toExtend<Connection>();
  expectTypeOf<postgres.Sql>().toExtend<Connection>();
  expectTypeOf<postgres.Sql<{ bigint: bigint }>>().toExtend<Connection>();
  expectTypeOf<PGlite>().toExtend<Connection>();
  expectTypeOf<Client>().not.toExtend<Connection>();
  expectTypeOf<postgres.TransactionSql>().not.toExtend<Connection>();
});
