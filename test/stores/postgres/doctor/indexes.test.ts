import { expect, test, vi } from "vitest";

import { onDatabase } from "../../../support/database.ts";
import { ownDatabase } from "../../../support/own-database.ts";
import { describeWith } from "../../../support/service.ts";
import { database } from "../server.ts";
import { findings, newSchema } from "./patient.ts";

vi.setConfig({ testTimeout: 20_000 });

// What is made concurrently waits for all transactions of its database, those of other tests included.
describeWith(database, "the doctor, on indexes", () => {
  const url = ownDatabase();
  const run = (text: string): Promise<unknown> => onDatabase(url, (client) => client.query(text));

  test("an index that is missing is a problem, and the remedy mends it", async () => {
    const schema = await newSchema(url);
    await run(`drop index "${schema}".aside_due`);
    const [found] = await findings("indexes", { schema, connection: url });
    expect(found).toMatchObject({ level: "problem", seen: "aside_due is missing" });
    await onDatabase(url, async (client) => {
      for (const statement of found?.remedy?.split("; ") ?? []) await client.query(statement);
    });
    expect(await findings("indexes", { schema, connection: url })).toMatchObject([{ level: "ok" }]);
    await run(`alter table "${schema}".start drop constraint start_pkey`);
    expect(await findings("indexes", { schema, connection: url })).toMatchObject([
      { level: "problem", seen: "start_pkey is missing" },
    ]);
  });

  test("an invalid index is a problem; one that was left over, a warning", async () => {
    const schema = await newSchema(url);
    await run(`update pg_index set indisvalid = false where indexrelid = '"${schema}".job_seq'::regclass`);
    await run(`insert into "${schema}".worker (name) values ('a'), ('b')`);
    const cutOff = run(`create unique index concurrently left_over on "${schema}".worker ((1))`);
    await expect(cutOff).rejects.toThrow("could not create unique index");
    const found = await findings("indexes", { schema, connection: url });
    expect(found.map(({ level, seen }) => [level, seen])).toEqual([
      ["problem", "job_seq is invalid"],
      ["warning", "left_over is invalid; something was cut off"],
    ]);
    for (const { remedy = "" } of found) await run(remedy);
    expect(await findings("indexes", { schema, connection: url })).toMatchObject([{ level: "ok" }]);
  });
});
