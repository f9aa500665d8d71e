import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { incidentsIn } from "../../examples/failing-task/incidents.ts";
import { router } from "../../examples/failing-task/router.ts";
import { makeFolder, runExample } from "./support/running-example.ts";

test("a failing task touches neither the response nor the tasks after it", async () => {
  const example = await runExample(router);
  const response = await example.post("/reservations", { seats: 4 });
  expect(response.status).toBe(201);
  expect(await response.json()).toEqual({ seats: 4 });
  await example.untilEnded("countAsked");
  expect(example.ended).toEqual(["tellPartner!", "countMade", "countAsked"]);
});

test("a refused request runs only its tasks for failure and for any case", async () => {
  const example = await runExample(router);
  expect((await example.post("/reservations", { seats: 11 })).status).toBe(409);
  await example.untilEnded("countRefused");
  expect(example.ended).toEqual(["countAsked", "countRefused"]);
  const counts = await (await fetch(`${example.url}/reservations/counts`)).json();
  expect(counts).toEqual({ asked: 1, made: 0, refused: 1, taken: 0 });
});

test("incidents are kept in a file, one per line", async () => {
  const file = join(await makeFolder(), "deep", "incidents.jsonl");
  const tell = incidentsIn(file);
  tell({ id: "1", name: "a", attempts: 2, error: new Error("broken") });
  tell({ id: "2", name: "b", attempts: 1, error: "text" });
  const lines = (await readFile(file, "utf8")).trim().split("\n");
  expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
    { id: "1", name: "a", attempts: 2, message: "broken" },
    { id: "2", name: "b", attempts: 1, message: "text" },
  ]);
});
