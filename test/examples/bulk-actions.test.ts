import { expect, test } from "vitest";

import { router } from "../../examples/bulk-actions/router.ts";
import { runExample, type RunningExample } from "./support/running-example.ts";

async function statuses(example: RunningExample): Promise<string[]> {
  const articles = (await (await fetch(`${example.url}/articles`)).json()) as { status: string }[];
  return articles.map(({ status }) => status);
}

test("all that a request plans is done by one task", async () => {
  const example = await runExample(router);
  const response = await example.post("/articles/review", { publish: [1, 5], archive: [2] });
  expect(await response.json()).toEqual({ planned: 3 });
  await example.untilEnded("apply-changes");
  expect(await statuses(example)).toEqual(["published", "archived", "draft", "draft", "published"]);
  expect(example.ended).toEqual(["apply-changes"]);
});

test("one unknown article, and nothing at all is changed", async () => {
  const example = await runExample(router);
  const response = await example.post("/articles/review", { publish: [1, 2], archive: [99] });
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({ detail: "there is no article 99" });
  // The tasks of a later request come after those of an earlier one.
  await example.post("/articles/publish", { ids: [5] });
  await example.untilEnded("apply-changes");
  expect(await statuses(example)).toEqual(["draft", "draft", "draft", "draft", "published"]);
});

test("a request that plans nothing adds no task", async () => {
  const example = await runExample(router);
  await example.post("/articles/review", { publish: [], archive: [] });
  await example.post("/articles/publish", { ids: [1] });
  await example.untilEnded("apply-changes");
  expect(example.ended).toEqual(["apply-changes"]);
});
