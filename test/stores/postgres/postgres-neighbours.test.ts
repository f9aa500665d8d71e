import { task, type Engine } from "afterwork";
import { postgres } from "afterwork/postgres";
import { Client } from "pg";
import { expect, onTestFinished, test, vi } from "vitest";
import { channelOf } from "../../../src/stores/postgres/wakes.ts";
import { openEngine } from "../../behaviour/support/engines.ts";
import { describeWith } from "../../support/service.ts";
import { newSchema } from "./roles.ts";
import { database, databaseUrl, dropSchema, newName, onServer } from "./server.ts";

vi.setConfig({ testTimeout: 30_000 });

const mail = task("mail", { durable: true, unique: true }, (_context, to: number) => to);

function open(schema: string, options: { readonly migrate?: boolean } = {}): Engine {
  return openEngine({
    store: postgres(databaseUrl, { schema, ...options }),
    tasks: [mail],
    poll: 200,
    storeTimeout: 1_000,
  });
}

describeWith(database, "schemas of PostgreSQL", () => {
  test("a name may hold capitals, blanks, quotes and letters of any alphabet", async () => {
    const schema = `My "Jobs" \\ ${newName()} $1 schön`;
    onTestFinished(() => dropSchema(schema.replaceAll('"', '""')));
    const engine = open(schema);
    await engine.work();
    const tx = new Client({ connectionString: databaseUrl });
    onTestFinished(() => tx.end());
    await tx.connect();
    await tx.query("begin");
    const within = await engine.enqueue(mail.with({ tx }), 1);
    await tx.query("commit");
    expect(await within.result({ timeout: "10s" })).toBe(1);
    expect(await (await engine.enqueue(mail.with({ delay: 20 }), 2)).result({ timeout: "10s" })).toBe(2);
    expect(await onServer("select nspname from pg_namespace where nspname = $1", [schema])).toHaveLength(1);
  });

  test("two engines in two schemas of one database neither see nor hear each other", async () => {
    const [own, others] = [newSchema(), newSchema()];
    const [engine, other] = [open(own), open(others)];
    const heard: string[] = [];
    const client = new Client({ connectionString: databaseUrl });
    onTestFinished(() => client.end());
    await client.connect();
    client.on("notification", ({ channel }) => heard.push(channel));
    await client.query(`listen ${channelOf(own)}; listen ${channelOf(others)}`);
    await other.counts();
    await engine.work();
    // The same unique key is free in both.
    const job = await engine.enqueue(mail, 1);
    const same = await other.enqueue(mail.with({ delay: "1h" }), 1);
    expect(same.deduplicated).toBe(false);
    expect(await job.result({ timeout: "10s" })).toBe(1);
    expect((await engine.jobs()).jobs.map(({ id }) => id)).toEqual([job.id]);
    expect((await other.jobs()).jobs.map(({ id }) => id)).toEqual([same.id]);
    await expect(other.job(job.id).status()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    await engine.enqueue(mail, 2);
    await vi.waitFor(() => expect(new Set(heard)).toEqual(new Set([channelOf(own), channelOf(others)])), 5_000);
    heard.length = 0;
    await (await engine.enqueue(mail, 3)).result({ timeout: "10s" });
    await vi.waitFor(() => expect(heard).not.toEqual([]), 5_000);
    expect(new Set(heard)).toEqual(new Set([channelOf(own)]));
  });

  test("migrate: false makes nothing and says what is to be done, until somebody has migrated", async () => {
    const schema = newSchema();
    const engine = open(schema, { migrate: false });
    const words = /has the layout 0, and this client needs \d+: run `afterwork migrate` first/;
    await expect(engine.enqueue(mail, 1)).rejects.toThrow(words);
    await expect(engine.work()).rejects.toThrow(words);
    expect(await onServer("select 1 from pg_namespace where nspname = $1", [schema])).toEqual([]);
    await open(schema).counts();
    const later = open(schema, { migrate: false });
    await later.work();
    expect(await (await later.enqueue(mail, 1)).result({ timeout: "10s" })).toBe(1);
  });
});
