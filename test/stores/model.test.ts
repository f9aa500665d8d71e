import * as fc from "fast-check";
import { test } from "vitest";
import { memory } from "../../src/stores/memory/memory.ts";
import { operations } from "./model-operations.ts";
import { ModelRun, type OpenStore } from "./model-run.ts";

const openMemory: OpenStore = (clock) => memory({ clock });

/** Stores that answer like the memory store, whatever is done to them. */
const stores: readonly { readonly name: string; readonly open: OpenStore; readonly runs: number }[] = [
  { name: "memory", open: openMemory, runs: 300 },
];

test.each(stores)(
  "$name answers like the reference, keeps every limit and loses no job",
  { timeout: 120_000 },
  async ({ open, runs }) => {
    const property = fc.asyncProperty(operations, (sequence) => new ModelRun(openMemory, open).run(sequence));
    await fc.assert(property, { numRuns: runs });
  },
);
