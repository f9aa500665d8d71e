import { describeConformance } from "afterwork/conformance";
import { postgres } from "afterwork/postgres";
import { Pool } from "pg";
import { afterAll, describe, test, vi } from "vitest";
import type { Store } from "../../../src/stores/contract/store.ts";
import { describeWith } from "../../support/service.ts";
import { emptyTables } from "./clocked-store.ts";
import { holdTransaction } from "./held-transaction.ts";
import { database, databaseUrl, dropSchema, newSchemaName } from "./server.ts";

/** Cases mostly wait, so many of them do it at the same time. */
const atOnce = 24;
/** Long enough for a machine that is busy with other tests. */
const tickMs = 500;

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000, maxConcurrency: atOnce });

describeWith(database, "the conformance suite on PostgreSQL by the server's own clock", () => {
  const pool = new Pool({ connectionString: databaseUrl, max: 16 });
  const made: string[] = [];
  const free: string[] = [];
  const used = new Map<Store, string>();
  afterAll(async () => {
    await pool.end();
    for (const schema of made) await dropSchema(schema);
  });

  /** A schema without jobs; those of cases that are over are emptied, which is less work than to make one. */
  async function takeSchema(): Promise<string> {
    const old = free.pop();
    if (old !== undefined) {
      await pool.query(emptyTables(old));
      return old;
    }
    const schema = newSchemaName();
    made.push(schema);
    return schema;
  }

  describeConformance(
    { describe: describe.concurrent, test: test.concurrent },
    {
      name: "postgres",
      tickMs,
      async open() {
        const schema = await takeSchema();
        const store = postgres(pool, { schema });
        used.set(store, schema);
        return store;
      },
      dispose: (store) => void free.push(used.get(store) ?? ""),
      begin: () =>
        holdTransaction(async (work) => {
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
        }),
    },
  );
});
