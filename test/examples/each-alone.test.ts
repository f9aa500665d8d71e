import { readdirSync } from "node:fs";

import { expect, test } from "vitest";

import { startChild } from "./support/child.ts";
import { makeFolder } from "./support/running-example.ts";

const folders = readdirSync(new URL("../../examples/", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && !["demo", "surroundings"].includes(entry.name))
  .map(({ name }) => name);

test("there are thirteen examples", () => {
  expect(folders).toHaveLength(13);
});

test.each(folders)("%s runs alone, shows its documentation, and stops at a signal", async (folder) => {
  const child = startChild(`${folder}/main.ts`, [], { PORT: "0", DATA_DIR: await makeFolder() });
  const url = await child.output(/^http:\/\/localhost:\d+/);
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as { paths: object };
  expect(Object.keys(document.paths)).not.toEqual([]);
  expect((await fetch(`${url}/docs`)).status).toBe(200);
  child.kill("SIGTERM");
  expect((await child.ended).code).toBe(0);
});
