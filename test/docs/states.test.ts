import { expect, test } from "vitest";

import { stateDiagram } from "../../src/tasks/job-states.ts";
import { blocksOf, pages } from "./support/documents.ts";

test("the drawn states are those of the table that stores keep to", () => {
  const page = pages().find(({ path }) => path === "docs/durable-tasks.md");
  const diagrams = page === undefined ? [] : blocksOf(page).filter(({ language }) => language === "mermaid");
  expect(diagrams.map(({ code }) => code)).toEqual([`${stateDiagram()}\n`]);
});
