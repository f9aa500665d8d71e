import { describeConformance } from "afterwork/conformance";
import postgresJs from "postgres";
import { afterAll, describe, test } from "vitest";
import { describeWith } from "../../support/service.ts";
import { ClockedStores } from "./clocked-store.ts";
import { holdTransaction } from "./held-transaction.ts";
import { database, databaseUrl, dropSchema, newSchemaName } from "./server.ts";

describeWith(database, "the conformance suite on PostgreSQL through postgres.js", () => {
  const schema = newSchemaName();
  const sql = postgresJs(databaseUrl, { max: 8, onnotice: () => {} });
  const stores = new ClockedStores(sql, { run: async (text) => void (await sql.unsafe(text)) }, schema);
  afterAll(async () => {
    await sql.end();
    await dropSchema(schema);
  });

  describeConformance(
    { describe, test },
    {
      name: "postgres through postgres.js",
      open: ({ clock }) => stores.next(clock),
      begin: () => holdTransaction((work) => sql.begin(work)),
    },
  );
});
