import { existsSync, readdirSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";

import { expect, test } from "vitest";

import { database, onDatabase } from "../support/database.ts";
import { ownDatabase } from "../support/own-database.ts";
import { describeWith } from "../support/service.ts";
import { startChild } from "./support/child.ts";
import { makeFolder } from "./support/running-example.ts";

const examples = new URL("../../examples/", import.meta.url);

/** Those that are an API of ours; an example of an adapter is an app of its framework, and has a test of its own. */
const folders = readdirSync(examples).filter((name) => existsSync(new URL(`${name}/router.ts`, examples)));

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

const durable = folders.filter((folder) => {
  const main = new URL(`../../examples/${folder}/main.ts`, import.meta.url);
  return readFileSync(main, "utf8").includes("jobStore(");
});

test("five of them have durable tasks", () => {
  expect(durable).toHaveLength(5);
});

describeWith(database, "with the DATABASE_URL of a server", () => {
  const url = ownDatabase();

  test.each(durable)("%s keeps its jobs there, in a schema of its own", async (folder) => {
    const dataFolder = await makeFolder();
    const before = await schemas(url);
    const child = startChild(`${folder}/main.ts`, [], { PORT: "0", DATA_DIR: dataFolder, DATABASE_URL: url });
    await child.output(/^http:\/\/localhost:\d+/);
    expect((await schemas(url)).filter((schema) => !before.includes(schema))).toEqual([
      expect.stringMatching(/^example_/),
    ]);
    child.kill("SIGTERM");
    expect((await child.ended).code).toBe(0);
    expect((await readdir(dataFolder)).filter((file) => file.endsWith(".db"))).toEqual([]);
  });
});

function schemas(url: string): Promise<readonly string[]> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ nspname: string }>("select nspname from pg_namespace");
    return rows.map(({ nspname }) => nspname);
  });
}
