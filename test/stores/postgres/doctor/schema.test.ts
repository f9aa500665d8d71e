import { expect, onTestFinished, test, vi } from "vitest";

import { expectedObjects } from "../../../../src/stores/postgres/doctor/expected-objects.ts";
import { migrations } from "../../../../src/stores/postgres/migrations.ts";
import { describeWith } from "../../../support/service.ts";
import { newRole } from "../roles.ts";
import { database, dropSchema, newSchemaName, onServer } from "../server.ts";
import { examine, findings, newSchema } from "./patient.ts";

vi.setConfig({ testTimeout: 20_000 });

describeWith(database, "the doctor, on a schema", () => {
  test("what the migrations make is read out of their statements, all of it", async () => {
    const schema = await newSchema();
    const there = await onServer(
      `select case relkind when 'r' then 'table' when 'v' then 'view' when 'S' then 'sequence' else 'index' end || ' ' || relname as object
       from pg_class where relnamespace = $1::regnamespace and relkind <> 'c'
         and not exists (select from pg_depend where objid = pg_class.oid and deptype = 'i' and pg_class.relkind = 'S')
       union select 'function ' || proname from pg_proc where pronamespace = $1::regnamespace
       union select 'type ' || relname from pg_class where relnamespace = $1::regnamespace and relkind = 'c'`,
      [schema],
    );
    const expected = expectedObjects(migrations).map(({ kind, name }) => `${kind} ${name}`);
    const actual = there.map(({ object }) => String(object)).filter((name) => !/ meta(_pkey)?$/.test(name));
    expect([...new Set(expected)].toSorted()).toEqual(actual.toSorted());
  });

  test("objects that are dropped again are expected no more", () => {
    const statements = [
      "create table a (id uuid primary key)",
      "create index a_b on a (b)",
      "create table b (id integer)",
      "create unique index b_c on b (c)",
      "drop table a",
      "drop index if exists b_c",
      "create or replace function f() returns void",
    ];
    const objects = expectedObjects([{ minCompatible: 1, statements }]);
    expect(objects.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["table b", "function f"]);
  });

  test("finds nothing wrong with one that was migrated just now", async () => {
    const found = await examine({ schema: await newSchema() });
    const ofServer = new Set([
      "idle-transactions",
      "autovacuum",
      "durability",
      "notifications",
      "workers",
      "connections",
    ]);
    const others = found.filter(({ check }) => !ofServer.has(check));
    expect(others.filter(({ level }) => level !== "ok")).toEqual([]);
    expect(others.length).toBeGreaterThan(15);
  });

  test("one that isn't there is a warning where the store makes it, else a problem", async () => {
    const schema = newSchemaName();
    const seen = `there is no schema ${schema}`;
    expect(await findings("layout", { schema })).toMatchObject([{ level: "warning", seen }]);
    expect(await findings("layout", { schema, migrates: false })).toEqual([
      { check: "layout", level: "problem", seen, remedy: "run `afterwork migrate`" },
    ]);
    await onServer(`create schema "${schema}"`);
    onTestFinished(() => dropSchema(schema));
    expect(await findings("layout", { schema })).toMatchObject([
      { seen: expect.stringContaining("nothing of the store") as string },
    ]);
  });

  test("one that is newer is a hint, and a problem if this client can't use it", async () => {
    const schema = await newSchema();
    await onServer(`update "${schema}".meta set version = 9`);
    expect(await findings("layout", { schema })).toMatchObject([
      { level: "hint", remedy: "update afterwork in this process" },
    ]);
    await onServer(`update "${schema}".meta set min_compatible = 9`);
    expect(await findings("layout", { schema })).toMatchObject([
      {
        level: "problem",
        seen: expect.stringContaining("clients below 9 can't use") as string,
        remedy: "update afterwork in this process",
      },
    ]);
  });

  test("what else is missing is a problem", async () => {
    const schema = await newSchema();
    await onServer(`drop table "${schema}".progress cascade`);
    await onServer(`drop function "${schema}".count_jobs`);
    expect(await findings("objects", { schema })).toMatchObject([
      { level: "problem", seen: "missing: table progress, function count_jobs" },
    ]);
    // What needs it can't look, and says so.
    expect(await findings("waiting-jobs", { schema })).toMatchObject([
      { level: "warning", seen: expect.stringMatching(/^it could not be looked at: .*42883/) as string },
    ]);
  });

  test("settings of tables that differ are told with what mends them", async () => {
    const schema = await newSchema();
    await onServer(`alter table "${schema}".ready set (autovacuum_enabled = off)`);
    await onServer(`alter table "${schema}".aside set (autovacuum_vacuum_threshold = 50)`);
    await onServer(`alter table "${schema}".session reset (fillfactor)`);
    const found = await findings("table-settings", { schema });
    expect(found.map(({ level, seen }) => [level, seen])).toEqual([
      ["warning", "session: fillfactor is not set"],
      ["problem", "autovacuum is off for ready"],
      ["hint", "aside: autovacuum_vacuum_threshold is 50"],
    ]);
    for (const { remedy = "" } of found) await onServer(remedy);
    expect(await findings("table-settings", { schema })).toMatchObject([{ level: "ok" }]);
  });

  test("dead rows are a warning", async () => {
    const schema = await newSchema();
    await onServer(
      `insert into "${schema}".start select 1, number, 1 from generate_series(1, 500) number; delete from "${schema}".start`,
    );
    const look = (): ReturnType<typeof findings> => findings("dead-rows", { schema, limits: { deadRows: 400 } });
    await vi.waitUntil(async () => (await look())[0]?.level !== "ok", { timeout: 15_000, interval: 200 });
    expect(await look()).toMatchObject([
      {
        level: "warning",
        seen: expect.stringMatching(/^start has \d+ dead rows beside \d+; never vacuumed$/) as string,
      },
    ]);
    expect(await findings("dead-rows", { schema })).toMatchObject([{ level: "ok" }]);
  });

  test("a user who lacks rights is a problem, and the remedy grants them", async () => {
    const schema = await newSchema();
    const { url: connection } = await newRole();
    expect(await findings("layout", { schema, connection })).toMatchObject([
      { level: "problem", seen: expect.stringContaining("42501") as string },
    ]);
    await onServer(`alter default privileges in schema "${schema}" revoke execute on functions from public`);
    const look = (): ReturnType<typeof findings> => findings("privileges", { schema, connection });
    const [found] = await look();
    expect(found).toMatchObject({
      level: "problem",
      seen: expect.stringMatching(/^this user lacks usage on the schema/) as string,
    });
    await onServer(found?.remedy ?? "");
    expect(await look()).toMatchObject([{ level: "ok" }]);
    expect(await findings("layout", { schema, connection })).toMatchObject([{ level: "ok" }]);
    await onServer(`revoke insert on "${schema}".job from public, ${new URL(connection).username}`);
    expect(await look()).toMatchObject([{ seen: "this user lacks insert on job" }]);
  });

  test("a user who may make no schema is told who may", async () => {
    const { url: connection } = await newRole();
    expect(await findings("privileges", { schema: newSchemaName(), connection })).toMatchObject([
      {
        level: "problem",
        seen: expect.stringMatching(/^this user lacks create on the database/) as string,
        remedy: "have `afterwork migrate --sql` run by somebody who may make schemas",
      },
    ]);
    expect(await findings("visibility", { schema: newSchemaName(), connection })).toMatchObject([
      { level: "hint", remedy: `grant pg_monitor to ${new URL(connection).username}` },
    ]);
  });
});
