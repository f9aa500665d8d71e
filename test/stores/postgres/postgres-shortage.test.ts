import { execFileSync } from "node:child_process";
import { mkdtempSync, rmdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { task, type Engine } from "afterwork";
import { postgres } from "afterwork/postgres";
import { Client } from "pg";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { openEngine } from "../../behaviour/support/engines.ts";
import { onDatabase } from "../../support/database.ts";
import { findPostgresBinaries } from "../../support/postgres-binaries.ts";
import { PostgresServer } from "../../support/postgres-server.ts";
import { describeWith } from "../../support/service.ts";
import { newRole, newSchemaOf } from "./roles.ts";
import { database, databaseUrl, onServer } from "./server.ts";

vi.setConfig({ testTimeout: 60_000 });

const double = task("double", { durable: true }, (_context, number: number) => number * 2);
const large = task("large", { durable: true }, async ({ signal }, path: string) => {
  await onDatabase(path, (client) => client.query("select pg_advisory_lock(1)"));
  signal.throwIfAborted();
  return randomText(500_000);
});

/** A text that no compression makes small. */
function randomText(length: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(60_000)))
    .toString("base64")
    .repeat(length / 60_000);
}

async function works(engine: Engine): Promise<void> {
  const job = await vi.waitFor(() => engine.enqueue(double, 21), { timeout: 20_000, interval: 50 });
  expect(await job.result({ timeout: "20s" })).toBe(42);
}

/** A connection of a bystander, which ends with the test. */
async function connect(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  onTestFinished(() => client.end());
  await client.connect();
  return client;
}

describeWith(database, "a server that is short of something", () => {
  test("statement_timeout of the role: what is blocked fails as passing, in time, and passes when it is free", async () => {
    const { name, url } = await newRole();
    const schema = await newSchemaOf(name);
    const store = postgres(url, { schema });
    const engine = openEngine({ store, tasks: [double], storeTimeout: 1_000, poll: 200 });
    await engine.work();
    await works(engine);
    await onServer(`alter role ${name} set statement_timeout = '50ms'`);
    await onServer("select pg_terminate_backend(pid) from pg_stat_activity where usename = $1", [name]);
    await works(engine);
    const bystander = await connect(databaseUrl);
    await bystander.query(`begin; lock table "${schema}".job in access exclusive mode`);
    const began = performance.now();
    await expect(engine.enqueue(double, 1)).rejects.toMatchObject({
      code: "STORE_FAULT",
      passing: true,
      message: expect.stringMatching(/took longer than statement_timeout \(57014\)|did not answer within/) as string,
    });
    expect(performance.now() - began).toBeLessThan(2_000);
    const waiting = engine.enqueue(double, 4);
    await bystander.query("commit");
    expect(await (await waiting).result({ timeout: "10s" })).toBe(8);
  });

  test("fewer connections than the pool may have: everything passes, over those that there are", async () => {
    const { name, url } = await newRole("connection limit 2");
    const schema = await newSchemaOf(name);
    const engine = openEngine({ store: postgres(url, { schema }), tasks: [double], poll: 200 });
    await engine.work({ concurrency: 50 });
    const jobs = await Promise.all(Array.from({ length: 200 }, (_, number) => engine.enqueue(double, number)));
    expect(await Promise.all(jobs.map((job) => job.result({ timeout: "20s" })))).toEqual(jobs.map((_, n) => n * 2));
  });

  test("no connection at all: it is told in time, and passes when there is one", async () => {
    const { name, url } = await newRole("connection limit 1");
    const schema = await newSchemaOf(name);
    const bystander = await connect(url);
    const store = postgres(url, { schema, listen: false });
    const engine = openEngine({ store, tasks: [double], storeTimeout: 1_000, poll: 200 });
    const began = performance.now();
    await expect(engine.enqueue(double, 1)).rejects.toMatchObject({
      code: "STORE_FAULT",
      passing: true,
      message: expect.stringContaining("it has no connection left") as string,
    });
    expect(performance.now() - began).toBeLessThan(3_000);
    await bystander.end();
    await vi.waitFor(() => engine.work(), { timeout: 10_000 });
    await works(engine);
  });
});

const canMount = findPostgresBinaries() !== undefined && mounts();
if (!canMount)
  console.log("skipped, for there is no PostgreSQL installation, or no right to mount: a disk that is full");

describe.skipIf(!canMount)("a disk that is full", () => {
  test("enqueuing fails at once and says so; what has ended meanwhile is stored when there is room", async () => {
    const server = await PostgresServer.start({ autovacuum: "off" });
    onTestFinished(() => server[Symbol.asyncDispose]());
    const folder = mountSmallDisk();
    const bystander = await connect(server.url());
    // It has to belong to whom the server runs as.
    await bystander.query(`copy (select 1) to program 'mkdir ${folder}/space'`);
    await bystander.query(`create tablespace small location '${folder}/space'`);
    await bystander.query("alter database postgres set default_tablespace = small");
    const engine = openEngine({ store: postgres(server.url()), tasks: [double, large], poll: 200 });
    await engine.work();
    await works(engine);
    await bystander.query("select pg_advisory_lock(1)");
    const running = await engine.enqueue(large, server.url());
    await vi.waitFor(async () => expect(await running.status()).toBe("running"), 10_000);
    await bystander.query("create table filler (text text) tablespace small");
    const fill = "insert into filler select repeat('x', 1900) from generate_series(1, 100)";
    await expect(repeat(() => bystander.query(fill))).rejects.toMatchObject({ code: "53100" });

    const began = performance.now();
    const refused = repeat(() => engine.enqueue(double, 1));
    await expect(refused).rejects.toMatchObject({
      code: "STORE_FAULT",
      passing: false,
      message: expect.stringContaining("its disk is full; make room, and the store works again (53100") as string,
    });
    expect(performance.now() - began).toBeLessThan(10_000);
    const faults: unknown[] = [];
    engine.on("storeFailed", (fault) => faults.push(fault));
    await bystander.query("select pg_advisory_unlock(1)");
    await vi.waitFor(() => expect(faults).not.toEqual([]), 10_000);
    await bystander.query("drop table filler");
    expect(await running.result({ timeout: "20s" })).toHaveLength(640_000);
    expect(await running.read()).toMatchObject({ attempt: 1, failures: [] });
    await works(engine);
  });
});

/** Does something until it fails, or has been done very often. */
async function repeat(act: () => Promise<unknown>): Promise<void> {
  for (let times = 0; times < 5_000; times += 1) await act();
}

function mounts(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    const folder = mkdtempSync(join(tmpdir(), "afterwork-mount-"));
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
    unmount(folder);
    return true;
  } catch {
    return false;
  }
}

/** A folder on a disk of a few megabytes that everybody may write to. */
function mountSmallDisk(): string {
  const folder = mkdtempSync(join(tmpdir(), "afterwork-disk-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=16m,mode=0777", "tmpfs", folder]);
  onTestFinished(() => unmount(folder));
  return folder;
}

function unmount(folder: string): void {
  execFileSync("umount", ["--lazy", folder]);
  rmdirSync(folder);
}
