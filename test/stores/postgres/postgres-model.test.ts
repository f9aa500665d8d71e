import * as fc from "fast-check";
import { Pool } from "pg";
import { afterAll, test } from "vitest";
import { memory } from "../../../src/stores/memory/memory.ts";
import { describeWith } from "../../support/service.ts";
import { operations } from "../model-operations.ts";
import { ModelRun } from "../model-run.ts";
import { ClockedStores } from "./clocked-store.ts";
import { database, databaseUrl, dropSchema, newSchemaName } from "./server.ts";

const numRuns = Number(process.env["MODEL_RUNS"] ?? 25);

describeWith(database, "the model on PostgreSQL", () => {
  const schema = newSchemaName();
  const pool = new Pool({ connectionString: databaseUrl, max: 4 });
  const stores = new ClockedStores(pool, { run: (text) => pool.query(text) }, schema);
  afterAll(async () => {
    await pool.end();
    await dropSchema(schema);
  });

  test("postgres answers like the reference, keeps every limit and loses no job", { timeout: 600_000 }, async () => {
    const property = fc.asyncProperty(operations, (sequence) =>
      new ModelRun(
        (clock) => memory({ clock }),
        (clock) => stores.next(clock),
      ).run(sequence),
    );
    await fc.assert(property, { numRuns });
  });
});
