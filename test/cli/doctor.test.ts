import { expect, onTestFinished, test, vi } from "vitest";

import { database, databaseUrl, dropSchema, newSchemaName, onDatabase } from "../support/database.ts";
import { findPostgresBinaries } from "../support/postgres-binaries.ts";
import { PostgresServer } from "../support/postgres-server.ts";
import { describeWith } from "../support/service.ts";
import { commandFolder, postgresEngine } from "./support/command.ts";

vi.setConfig({ testTimeout: 60_000 });

interface Found {
  readonly findings: readonly { readonly check: string; readonly level: string; readonly seen: string }[];
}

test("a store in memory has nothing to check", async () => {
  const module =
    'import { Engine, memory } from "afterwork"; export default new Engine({ store: memory(), tasks: [] });';
  const { run } = commandFolder({ "engine.ts": module });
  expect(await run("doctor", "engine.ts")).toEqual({
    code: 0,
    output: "nothing to check: this store has no checks",
    errors: "",
  });
  expect((await run("doctor", "engine.ts", "--json")).output).toBe('{\n  "findings": []\n}');
});

test("a file of SQLite is examined, and not made", async () => {
  const module = `
    import { Engine } from "afterwork";
    import { sqlite } from "afterwork/sqlite";
    export const engine = new Engine({ store: sqlite("jobs.db"), tasks: [] });
  `;
  const { run } = commandFolder({ "engine.ts": module });
  for (let round = 0; round < 2; round += 1) {
    expect(await run("doctor", "engine.ts")).toMatchObject({
      code: 0,
      output: expect.stringMatching(
        /^warning {2}file: there is no file jobs\.db\n {9}→ run `afterwork migrate`.*problem 0, warning 1,/ms,
      ) as string,
    });
  }
  await run("migrate", "engine.ts");
  expect(await run("doctor", "engine.ts")).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^ok {7}layout: jobs\.db has the layout 1\n/) as string,
  });
});

test.each([
  [[], "missing required argument 'engine'"],
  [["engine.ts", "--jsn"], "Did you mean --json?"],
])("doctor %j ends with 2: %s", async (args, message) => {
  const { run } = commandFolder({ "engine.ts": "" });
  expect(await run("doctor", ...args)).toMatchObject({ code: 2, errors: expect.stringContaining(message) as string });
});

test("a server that isn't there is a finding, and no stack", async () => {
  const { run } = commandFolder({ "engine.ts": postgresEngine("postgres://me:secret@127.0.0.1:1/shop", "afterwork") });
  const { code, output, errors } = await run("doctor", "engine.ts");
  expect({ code, errors }).toEqual({ code: 1, errors: "" });
  expect(output.split("\n")).toEqual([
    "problem  connection: PostgreSQL at 127.0.0.1:1/shop: the connection to it was lost, or could not be made (ECONNREFUSED)",
    "         → see whether it is running, and whether host, port and firewall are right",
    "problem 1, warning 0, hint 0, ok 0",
  ]);
});

describeWith(database, "afterwork doctor, on PostgreSQL", () => {
  test("a schema that is missing is a finding, and is not made", async () => {
    const schema = newSchemaName();
    onTestFinished(() => dropSchema(schema));
    const { run } = commandFolder({ "engine.ts": postgresEngine(databaseUrl, schema, "migrate: false") });
    const { code, output } = await run("doctor", "engine.ts", "--json");
    expect(code).toBe(1);
    expect((JSON.parse(output) as Found).findings).toContainEqual({
      check: "layout",
      level: "problem",
      seen: `there is no schema ${schema}`,
      remedy: "run `afterwork migrate`",
    });
    const { rows } = await onDatabase(databaseUrl, (client) =>
      client.query("select count(*)::int as there from pg_namespace where nspname = $1", [schema]),
    );
    expect(rows).toEqual([{ there: 0 }]);
  });
});

/** The server trusts everybody but `worker`. */
const askForPasswords = `
  create role worker login password 'right';
  do $$ begin
    execute format('copy (values (''host all worker all scram-sha-256''), (''host all all all trust'')) to %L',
      current_setting('hba_file'));
    perform pg_reload_conf();
  end $$`;

const binaries = { name: "a PostgreSQL installation", isThere: findPostgresBinaries() !== undefined };

describeWith(binaries, "afterwork doctor, on a server of its own", () => {
  test("ends with 0 where there is no problem, and with 1 for a wrong password", async () => {
    await using server = await PostgresServer.start({ idle_in_transaction_session_timeout: "5min" });
    await onDatabase(server.url(), (client) => client.query(askForPasswords));
    const { run } = commandFolder({
      "engine.ts": postgresEngine(server.url(), "afterwork"),
      "refused.ts": postgresEngine(server.url().replace("postgres@", "worker:secret@"), "afterwork"),
    });
    await run("migrate", "engine.ts");
    const { code, output } = await run("doctor", "engine.ts");
    expect(code).toBe(0);
    expect(output).toMatch(/^problem 0, warning 0, hint 1, ok \d\d$/m);
    expect(output).toMatch(/^hint {5}workers: none is alive\n {9}→ start one/m);
    const refused = await run("doctor", "refused.ts");
    expect(refused).toMatchObject({ code: 1, errors: "" });
    expect(refused.output).toMatch(/^problem {2}connection: .*it refuses the user or the password \(28P01/);
    expect(refused.output).not.toContain("secret");
  });
});
