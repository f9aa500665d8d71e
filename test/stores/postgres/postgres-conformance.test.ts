import { describeConformance } from "afterwork/conformance";
import { Pool } from "pg";
import { afterAll, describe, test } from "vitest";
import { describeWith } from "../../support/service.ts";
import { ClockedStores } from "./clocked-store.ts";
import { database, databaseUrl, dropSchema, newSchemaName } from "./server.ts";

describeWith(database, "the conformance suite on PostgreSQL", () => {
  const schema = newSchemaName();
  const pool = new Pool({ connectionString: databaseUrl, max: 8 });
  const stores = new ClockedStores(pool, { run: (text) => pool.query(text) }, schema);
  afterAll(async () => {
    await pool.end();
    await dropSchema(schema);
  });

  describeConformance(
    { describe, test },
    {
      name: "postgres",
      open: ({ clock }) => stores.next(clock),
      async begin() {
        const tx = await pool.connect();
        await tx.query("begin");
        const end = async (how: "commit" | "rollback"): Promise<void> => {
          await tx.query(how);
          tx.release();
        };
        return { tx, commit: () => end("commit"), rollback: () => end("rollback") };
      },
    },
  );
});
