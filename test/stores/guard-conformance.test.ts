import { describeConformance } from "afterwork/conformance";
import { describe, test } from "vitest";
import { guard } from "../../src/stores/guard/guard.ts";
import { memory } from "../../src/stores/memory/memory.ts";
import { MemoryLog } from "../base/memory-log.ts";

describeConformance(
  { describe, test },
  {
    name: "guarded memory",
    open: ({ clock }) => guard(memory({ clock }), { timeoutMs: 1_000_000, clock, log: new MemoryLog() }),
  },
);
