import { PGlite, type Transaction } from "@electric-sql/pglite";
import { describeConformance } from "afterwork/conformance";
import * as fc from "fast-check";
import { afterAll, describe, test } from "vitest";
import { memory } from "../../../src/stores/memory/memory.ts";
import { operations } from "../model-operations.ts";
import { ModelRun } from "../model-run.ts";
import { ClockedStores } from "./clocked-store.ts";
import { holdTransaction } from "./held-transaction.ts";

// Needs no server, so a machine that has none still proves the SQL.
const db = await PGlite.create();
afterAll(() => db.close());

/** It has one connection: while a transaction is open there, time is set within it. */
let open: Transaction | undefined;
const bystander = { run: (text: string) => (open ?? db).exec(text) };

const stores = new ClockedStores(db, bystander, "conformance");

describeConformance(
  { describe, test },
  {
    name: "postgres on PGlite",
    open: ({ clock }) => stores.next(clock),
    begin: () =>
      holdTransaction((work) =>
        db.transaction(async (tx) => {
          open = tx;
          await work(tx).finally(() => (open = undefined));
        }),
      ),
  },
);

const numRuns = Number(process.env["MODEL_RUNS"] ?? 5);

test("postgres on PGlite answers like the reference", { timeout: 600_000 }, async () => {
  const modelled = new ClockedStores(db, bystander, "model");
  const property = fc.asyncProperty(operations, (sequence) =>
    new ModelRun(
      (clock) => memory({ clock }),
      (clock) => modelled.next(clock),
    ).run(sequence),
  );
  await fc.assert(property, { numRuns });
});
