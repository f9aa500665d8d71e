import { execFile, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";

import { expect, onTestFinished, test, vi } from "vitest";

import { database, databaseUrl, dropSchema, newSchemaName, onDatabase } from "../support/database.ts";
import { describeWith } from "../support/service.ts";
import { commandFolder, postgresEngine } from "./support/command.ts";

vi.setConfig({ testTimeout: 40_000 });

const sqliteEngine = `
  import { Engine } from "afterwork";
  import { sqlite } from "afterwork/sqlite";
  export const engine = new Engine({ store: sqlite("jobs.db"), tasks: [] });
`;

test("a plan changes nothing and ends with 3, and with 0 once there is nothing to do", async () => {
  const { path, run } = commandFolder({ "engine.ts": sqliteEngine });
  expect(await run("migrate", "engine.ts", "--plan")).toEqual({
    code: 3,
    output: expect.stringMatching(/^the layout is 0, and \d+ statements would make it 1; --sql prints them$/) as string,
    errors: "",
  });
  expect(existsSync(join(path, "jobs.db"))).toBe(false);
  expect(await run("migrate", "engine.ts")).toMatchObject({ code: 0, output: "the layout was 0, and is 1 now" });
  for (const flags of [[], ["--plan"]]) {
    expect(await run("migrate", "engine.ts", ...flags)).toEqual({
      code: 0,
      output: "nothing to do: the layout is 1",
      errors: "",
    });
  }
});

test("the statements for SQLite can be run by hand", async () => {
  const { path, run } = commandFolder({ "engine.ts": sqliteEngine });
  const { output, code } = await run("migrate", "engine.ts", "--sql");
  expect(code).toBe(0);
  const file = new DatabaseSync(join(path, "jobs.db"));
  file.exec(output);
  file.close();
  expect(await run("migrate", "engine.ts", "--plan")).toMatchObject({ code: 0 });
  expect(await run("migrate", "engine.ts", "--sql")).toMatchObject({
    code: 0,
    output: "-- nothing to do: the layout is 1",
  });
});

test("a store in memory has nothing to migrate", async () => {
  const module =
    'import { Engine, memory } from "afterwork"; export default new Engine({ store: memory(), tasks: [] });';
  const { run } = commandFolder({ "engine.ts": module });
  expect(await run("migrate", "engine.ts", "--plan")).toMatchObject({
    code: 0,
    output: "nothing to do: the layout is 1",
  });
});

test.each([
  [[], "missing required argument 'engine'"],
  [["nowhere.ts"], "nowhere.ts: there is no such file"],
  [["engine.ts", "--plan", "--sql"], "option '--sql' cannot be used with option '--plan'"],
  [["engine.ts", "--dry"], "unknown option '--dry'"],
  [["fake.ts"], "expected an engine of the same version of afterwork as the command"],
])("migrate %j ends with 2: %s", async (args, message) => {
  const fake = "const none = () => {}; export default { work: none, close: none, enqueue: none, schedule: none };";
  const { run } = commandFolder({ "engine.ts": sqliteEngine, "fake.ts": fake });
  expect(await run("migrate", ...args)).toMatchObject({
    code: 2,
    output: "",
    errors: expect.stringContaining(message) as string,
  });
});

test("what fails ends with 1, and is told", async () => {
  const { run } = commandFolder({
    "throws.ts": 'throw new Error("no settings");',
    "closed.ts": sqliteEngine.replace("jobs.db", "nowhere/jobs.db"),
    "down.ts": postgresEngine("postgres://postgres@127.0.0.1:1/test", "afterwork"),
  });
  const failed = async (file: string): Promise<string> => {
    const { code, errors } = await run("migrate", file);
    expect(code).toBe(1);
    return errors;
  };
  expect(await failed("throws.ts")).toMatch(
    /^afterwork: the module of the engine failed\nError: no settings\n.*throws\.ts/s,
  );
  expect(await failed("closed.ts")).toMatch(/^afterwork: .*nowhere\/jobs\.db.*\n$/);
  expect(await failed("down.ts")).toMatch(/^afterwork: PostgreSQL at 127.0.0.1:1\/test: .*\(ECONNREFUSED\)\n$/);
});

describeWith(database, "afterwork migrate, on PostgreSQL", () => {
  function folder(options?: string): ReturnType<typeof commandFolder> & { readonly schema: string } {
    // Quotes, and what the shell of PostgreSQL takes for a variable.
    const schema = `${newSchemaName()} "'A:schema`;
    onTestFinished(() => dropSchema(schema.replaceAll('"', '""')));
    return { schema, ...commandFolder({ "engine.ts": postgresEngine(databaseUrl, schema, options) }) };
  }

  test("brings up to date what the store itself is told to leave", async () => {
    const { run, start, schema } = folder("migrate: false");
    const refused = await run("worker", "engine.ts");
    expect(refused).toMatchObject({
      code: 1,
      errors: expect.stringContaining("run `afterwork migrate` first") as string,
    });
    expect(await run("migrate", "engine.ts", "--plan")).toMatchObject({ code: 3 });
    const named = "select to_regnamespace(quote_ident($1)) as there";
    const { rows } = await onDatabase(databaseUrl, (client) => client.query(named, [schema]));
    expect(rows).toEqual([{ there: null }]);
    expect(await run("migrate", "engine.ts")).toMatchObject({ code: 0, output: "the layout was 0, and is 1 now" });
    expect(await run("migrate", "engine.ts", "--plan")).toMatchObject({ code: 0 });
    const worker = start("worker", "engine.ts");
    await worker.line(/ready/);
    worker.process.kill();
    expect(await worker.exit).toBe(0);
  });

  const psqlThere = spawnSync("psql", ["--version"]).status === 0;
  describeWith({ name: "psql", isThere: psqlThere }, "with psql", () => {
    test("the statements can be run by hand, and only once", async () => {
      const { run, path } = folder("migrate: false");
      const { output } = await run("migrate", "engine.ts", "--sql");
      writeFileSync(join(path, "migration.sql"), output);
      const psql = (): Promise<unknown> =>
        promisify(execFile)("psql", [databaseUrl, "-qX", "-v", "ON_ERROR_STOP=1", "-f", join(path, "migration.sql")]);
      await psql();
      expect(await run("migrate", "engine.ts", "--plan")).toMatchObject({ code: 0 });
      await expect(psql()).rejects.toMatchObject({ stderr: expect.stringContaining("already exists") as string });
      expect(await run("migrate", "engine.ts", "--plan")).toMatchObject({ code: 0 });
    });
  });

  test("of two at once, one does it and the other finds it done", async () => {
    const { run } = folder();
    const runs = await Promise.all([run("migrate", "engine.ts"), run("migrate", "engine.ts")]);
    expect(runs.map(({ code }) => code)).toEqual([0, 0]);
    expect(runs.map(({ output }) => output).toSorted()).toEqual([
      "nothing to do: the layout is 1",
      "the layout was 0, and is 1 now",
    ]);
  });
});
