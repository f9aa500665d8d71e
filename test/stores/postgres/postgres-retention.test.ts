import { postgres } from "afterwork/postgres";
import type { Store } from "afterwork";
import { Client } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { newId } from "../../../src/base/ids.ts";
import { findPostgresBinaries } from "../../support/postgres-binaries.ts";
import { PostgresServer } from "../../support/postgres-server.ts";
import { describeWith } from "../../support/service.ts";
import { newJob } from "../new-job.ts";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const binaries = { name: "a PostgreSQL installation", isThere: findPostgresBinaries() !== undefined };
const batch = 1_000;

// On a server of its own: elsewhere somebody's old snapshot would keep what is dead.
describeWith(binaries, "retention on PostgreSQL", () => {
  let server: PostgresServer;
  let bystander: Client;
  beforeAll(async () => {
    server = await PostgresServer.start({ autovacuum: "off", synchronous_commit: "off" });
    bystander = new Client({ connectionString: server.url() });
    await bystander.connect();
  });
  afterAll(async () => {
    await bystander.end();
    await server[Symbol.asyncDispose]();
  });

  async function open(schema: string): Promise<Store> {
    const store = postgres(server.url(), { schema, listen: false });
    onTestFinished(() => store.close());
    await store.open();
    return store;
  }

  /** Stores jobs that are forgotten as soon as they have ended, and works them off. */
  async function workOff(store: Store, count: number): Promise<void> {
    const worker = newId();
    await store.register({ id: worker, leaseMs: 60_000, name: "retention" });
    for (let done = 0; done < count; done += batch) {
      await store.insert(Array.from({ length: batch }, () => newJob({ keep: { succeededMs: 0, failedMs: 0 } })));
      const token = String(done + 1);
      const { jobs } = await store.claim({
        worker,
        token,
        queues: undefined,
        tasks: ["task"],
        limit: batch,
        keyedLimit: 0,
      });
      expect(jobs).toHaveLength(batch);
      await store.settle(
        worker,
        jobs.map(({ id }) => ({ id, token, kind: "succeeded", result: '"done"' }) as const),
      );
    }
    await store.extend(worker, [], { leaving: true });
  }

  async function pruneAll(store: Store): Promise<number> {
    let removed = 0;
    for (let more = true; more;) {
      const answer = await store.prune(1_000);
      removed += answer.removed;
      more = answer.more;
    }
    return removed;
  }

  test("50,000 jobs are forgotten in chunks, within the time allowed, while others store and claim", async () => {
    const store = await open("chunks");
    await workOff(store, 50_000);
    const began = performance.now();
    const first = await store.prune(50);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(first.more).toBe(true);
    expect(first.removed % 500).toBe(0);
    let longestMs = 0;
    let isOver = false;
    const others = (async () => {
      while (!isOver) {
        const from = performance.now();
        await workOff(store, batch);
        longestMs = Math.max(longestMs, performance.now() - from);
      }
    })();
    let removed = first.removed;
    while (removed < 50_000) removed += (await store.prune(1_000)).removed;
    isOver = true;
    await others;
    expect(longestMs).toBeLessThan(5_000);
    await pruneAll(store);
    expect((await store.counts(10)).statuses.succeeded).toBe(0);
  });

  test("a plain job leaves two dead rows, in the narrow tables, and none beside its facts and its outcome", async () => {
    const store = await open("dead_rows");
    await workOff(store, 10_000);
    await vi.waitFor(async () => {
      // A connection tells its numbers when it is used a second later.
      await store.counts(1);
      const { dead, inserted } = await rowsOf("dead_rows");
      expect(inserted).toMatchObject({ job: 10_000, ready: 10_000, claimed: 10_000, outcome: 10_000 });
      expect(dead).toMatchObject({ ready: 10_000, claimed: 10_000, job: 0, outcome: 0, aside: 0, course: 0 });
      expect(dead["session"]).toBeLessThan(10);
    }, 10_000);
  });

  test("what is stored and forgotten again and again needs the same room, as long as it is vacuumed", async () => {
    const store = await open("again");
    const sizes: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      await workOff(store, 5_000);
      expect(await pruneAll(store)).toBe(5_000);
      await vacuum("again");
      sizes.push(await sizeOf("again"));
    }
    const [, , third = 0] = sizes;
    expect(Math.max(...sizes.slice(3)), sizes.join(" ")).toBeLessThanOrEqual(third * 1.1);
  });

  async function rowsOf(schema: string): Promise<Record<"dead" | "inserted", Record<string, number>>> {
    const { rows } = await bystander.query<{ name: string; dead: string; inserted: string }>(
      "select relname as name, n_dead_tup as dead, n_tup_ins as inserted from pg_stat_user_tables where schemaname = $1",
      [schema],
    );
    return {
      dead: Object.fromEntries(rows.map(({ name, dead }) => [name, Number(dead)])),
      inserted: Object.fromEntries(rows.map(({ name, inserted }) => [name, Number(inserted)])),
    };
  }

  async function vacuum(schema: string): Promise<void> {
    const { rows } = await bystander.query<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = $1",
      [schema],
    );
    for (const { name } of rows) await bystander.query(`vacuum ${schema}.${name}`);
  }

  async function sizeOf(schema: string): Promise<number> {
    const { rows } = await bystander.query<{ size: string }>(
      "select sum(pg_total_relation_size(c.oid)) as size from pg_class c where relkind = 'r' and relnamespace = $1::regnamespace",
      [schema],
    );
    return Number(rows[0]?.size);
  }
});
