import { Pool } from "pg";
import { expect, test } from "vitest";
import { databaseOf } from "../../../src/stores/postgres/client/database-of.ts";
import { describeWith } from "../../support/service.ts";
import { database, databaseUrl } from "./server.ts";

const prepared = "select name from pg_prepared_statements where name like 'test%'";

describeWith(database, "prepared statements", () => {
  test("a statement with a name is prepared once", async () => {
    await using given = await onePool();
    for (let turn = 0; turn < 3; turn += 1) await given.query("select $1::integer as number", [turn], "test_number");
    expect(await given.query(prepared)).toEqual([{ name: "test_number" }]);
  });

  test("what the server knows no more, as behind a pooler, is run without a name from then on", async () => {
    await using given = await onePool();
    await given.query("select $1::integer as number", [1], "test_number");
    await given.query("deallocate all");
    expect(await given.query("select $1::integer as number", [2], "test_number")).toEqual([{ number: 2 }]);
    expect(await given.query("select $1::integer as number", [3], "test_number")).toEqual([{ number: 3 }]);
    expect(await given.query(prepared)).toEqual([]);
  });

  test("so is what somebody else has prepared under that name", async () => {
    await using given = await onePool();
    await given.query("prepare test_number (integer) as select 0 as number");
    expect(await given.query("select $1::integer as number", [2], "test_number")).toEqual([{ number: 2 }]);
  });
});

async function onePool() {
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  const given = await databaseOf(pool, { listen: false });
  return Object.assign(given, { [Symbol.asyncDispose]: () => pool.end() });
}
