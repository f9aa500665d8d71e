import { Pool } from "pg";
import { afterEach, expect, test } from "vitest";
import { postgres } from "../../../src/stores/postgres/postgres.ts";
import { describeWith } from "../../support/service.ts";
import { newJob } from "../new-job.ts";
import { Worker } from "./races.ts";
import { database, databaseUrl, newSchemaName, onServer } from "./server.ts";

const failure = { kind: "failed", error: { name: "Error", message: "zero \0 and half \ud83d of a pair" } } as const;

describeWith(database, "PostgreSQL as users set it", () => {
  const pools: Pool[] = [];
  const schemas: string[] = [];

  function newPool(options = ""): Pool {
    const pool = new Pool({ connectionString: databaseUrl, options, max: 3 });
    pools.push(pool);
    return pool;
  }

  function newStore(pool: Pool, schema = newSchemaName()): ReturnType<typeof postgres> {
    schemas.push(schema);
    return postgres(pool, { schema, listen: false });
  }

  afterEach(async () => {
    for (const pool of pools.splice(0)) await pool.end();
    for (const schema of schemas.splice(0))
      await onServer(`drop schema if exists "${schema.replaceAll('"', '""')}" cascade`);
  });

  /** A job with a child, a key and gates goes all the way; then one that fails takes its child along. */
  async function expectWork(store: ReturnType<typeof postgres>): Promise<void> {
    const parent = newJob({ concurrency: { key: "c", limit: 1 }, rate: { key: "r", limit: 9, perMs: 1000 } });
    const child = newJob({ parents: [parent.id], unique: { key: "u", onConflict: "replace" } });
    const worker = new Worker(store, 60_000);
    await store.register({ id: worker.session, leaseMs: 60_000, name: "worker" });
    await store.insert([parent, child]);
    expect((await worker.claim()).map(({ id }) => id)).toEqual([parent.id]);
    await worker.settle([parent.id]);
    expect((await worker.claim()).map(({ id }) => id)).toEqual([child.id]);
    const grandchild = newJob({ parents: [child.id] });
    await store.insert([grandchild]);
    await worker.settle([child.id], failure);
    const [first, last] = await store.get([child.id, grandchild.id]);
    expect(first?.error).toEqual(failure.error);
    expect(last?.error?.message).toMatch(/ended as failed: zero . and half . of a pair$/);
  }

  test.each(["repeatable read", "serializable"])(
    "transactions that are %s by default are refused when it is opened",
    async (level) => {
      const store = newStore(newPool(`-c default_transaction_isolation=${level.replace(" ", "\\ ")}`));
      await expect(store.open()).rejects.toThrow(
        `expected default_transaction_isolation to be "read committed", got "${level}"`,
      );
      await store.close();
    },
  );

  test.each([
    "standard_conforming_strings=off",
    "search_path=pg_catalog",
    "enable_indexscan=off",
    "DateStyle=German",
    "plan_cache_mode=force_custom_plan",
  ])("it works under %s", async (setting) => {
    const store = newStore(newPool(`-c ${setting}`));
    await store.open();
    await expectWork(store);
    await store.close();
  });

  test.each([
    `Wörk "day" '${process.pid}`,
    `${"x".repeat(50)}${String(process.pid).padStart(13, "0")}`,
    `a.b $1 \\ ${process.pid}`,
  ])("it works in the schema %s", async (schema) => {
    const store = newStore(newPool(), schema);
    await store.open();
    await expectWork(store);
    expect((await store.migrate({ plan: true })).statements).toEqual([]);
    await store.close();
  });

  test("a temporary table of a user's is not taken for one of the store's", async () => {
    const pool = newPool();
    const store = newStore(pool);
    await store.open();
    const client = await pool.connect();
    await client.query("create temp table job (id uuid); create temp table aside (id uuid); begin");
    const job = newJob();
    await store.insert([job], client);
    await client.query("commit");
    client.release();
    expect(await store.get([job.id])).toMatchObject([{ status: "queued" }]);
    await store.close();
  });

  test("keys and names as long as they may be are kept apart", async () => {
    const store = newStore(newPool());
    await store.open();
    const key = (last: string): string => `${"k".repeat(1999)}${last}`;
    const jobs = ["a", "b"].map((last) =>
      newJob({
        queue: "q".repeat(500),
        unique: { key: key(last), onConflict: "reject" },
        concurrency: { key: key(last), limit: 1 },
        rate: { key: key(last), limit: 1, perMs: 1000 },
      }),
    );
    expect(await store.insert(jobs)).toEqual(jobs.map(({ id }) => ({ id, deduplicated: false })));
    const worker = new Worker(store, 60_000);
    await store.register({ id: worker.session, leaseMs: 60_000, name: "w".repeat(500) });
    expect(await worker.claim()).toHaveLength(2);
    await store.close();
  });
});
