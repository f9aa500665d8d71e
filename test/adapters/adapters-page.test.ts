import { expect, test } from "vitest";

import type { Column } from "./contract/table/columns.ts";
import type { Finding } from "./contract/table/finding.ts";
import { pageOf } from "./contract/table/page.ts";

const columns: readonly Column[] = [
  { adapter: "koa", title: "Koa", page: "koa.md" },
  { adapter: "hono", title: "Hono", page: "hono.md" },
  { adapter: "next", title: "Next", page: "next.md" },
];

const order = "tasks run in order";
const store = "the store is asked first";

const findings: readonly Finding[] = [
  { adapter: "hono", runtime: "Node", case: order },
  { adapter: "hono", runtime: "Node", case: store, deviation: "there is no store" },
  { adapter: "koa", runtime: "Node", case: order },
  { adapter: "koa", runtime: "Node", case: store, deviation: "it asks later" },
  { adapter: "hono", runtime: "Bun", case: order },
  { adapter: "hono", runtime: "Bun", case: store, deviation: "there is no store" },
];

test("each runtime has a table, of its cases and of the adapters that were run on it", () => {
  expect(pageOf(findings, columns)).toContain(
    [
      "## Node",
      "",
      "|  | [Koa](koa.md) | [Hono](hono.md) |",
      "| --- | :-: | :-: |",
      "| tasks run in order | ✓ | ✓ |",
      "| the store is asked first | [^2] | [^1] |",
      "",
      "## Bun",
      "",
      "|  | [Hono](hono.md) |",
      "| --- | :-: |",
      "| tasks run in order | ✓ |",
      "| the store is asked first | [^1] |",
    ].join("\n"),
  );
});

test("each reason is told once, at the end", () => {
  expect(pageOf(findings, columns)).toMatch(/\n\n\[\^1\]: There is no store\.\n\[\^2\]: It asks later\.\n$/);
});

test("a case that was not looked at is left empty", () => {
  const some = findings.filter((finding) => finding.adapter === "hono" || finding.case === order);
  expect(pageOf(some, columns)).toContain("| the store is asked first |  | [^1] |");
});
