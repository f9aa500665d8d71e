import * as fc from "fast-check";
import { sqlite } from "afterwork/sqlite";
import { test } from "vitest";
import { memory } from "../../src/stores/memory/memory.ts";
import { operations } from "./model-operations.ts";
import { ModelRun } from "./model-run.ts";
import { SqliteFolder } from "./sqlite-folder.ts";

test("sqlite answers like the reference, keeps every limit and loses no job", { timeout: 120_000 }, async () => {
  await compare(() => ":memory:", 150);
});

test("sqlite answers like the reference with a file as well", { timeout: 120_000 }, async () => {
  using folder = new SqliteFolder();
  await compare(() => folder.newFile(), 20);
});

async function compare(pathOf: () => string, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(operations, (sequence) =>
    new ModelRun(
      (clock) => memory({ clock }),
      (clock) => sqlite(pathOf(), { clock }),
    ).run(sequence),
  );
  await fc.assert(property, { numRuns });
}
