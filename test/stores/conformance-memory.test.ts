import { describeConformance } from "afterwork/conformance";
import { describe, test } from "vitest";
import { memory } from "../../src/stores/memory/memory.ts";

describeConformance({ describe, test }, { name: "memory", open: ({ clock }) => memory({ clock }) });
