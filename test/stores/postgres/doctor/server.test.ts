import { once } from "node:events";

import { Client } from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

import type { Finding } from "../../../../src/stores/contract/finding.ts";
import type { Limits } from "../../../../src/stores/postgres/doctor/check.ts";
import { judgeVersion } from "../../../../src/stores/postgres/doctor/server-checks.ts";
import { onDatabase } from "../../../support/database.ts";
import { findPostgresBinaries } from "../../../support/postgres-binaries.ts";
import { PostgresServer } from "../../../support/postgres-server.ts";
import { describeWith } from "../../../support/service.ts";
import { examine, findings } from "./patient.ts";

vi.setConfig({ testTimeout: 20_000, hookTimeout: 60_000 });

const binaries = { name: "a PostgreSQL installation", isThere: findPostgresBinaries() !== undefined };
const schema = "afterwork";

test.each([
  [12, "2024-01-01", "problem"],
  [13, "2025-11-13", "ok"],
  [13, "2025-11-14", "hint"],
  [99, "2099-01-01", "ok"],
])("PostgreSQL %i on %s: %s", (major, today, level) => {
  expect(judgeVersion({ major, today, version: `${major}.1` })).toMatchObject({ level });
});

describeWith(binaries, "the doctor, on a server", () => {
  let server: PostgresServer;
  beforeAll(async () => {
    server = await PostgresServer.start({
      fsync: "off",
      full_page_writes: "off",
      synchronous_commit: "off",
      autovacuum: "off",
      track_counts: "off",
      default_transaction_isolation: "repeatable read",
      max_prepared_transactions: 2,
    });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const look = (check: string, limits: Partial<Limits> = {}): Promise<readonly Finding[]> =>
    findings(check, { schema, connection: server.url(), limits });

  test("settings that lose jobs, or that the store can't work with", async () => {
    const found = await examine({ schema, connection: server.url() });
    expect(
      found.filter(({ level }) => level !== "ok").map(({ check, level, seen }) => `${level} ${check}: ${seen}`),
    ).toEqual([
      "problem isolation: default_transaction_isolation is repeatable read, set by the configuration file",
      "warning durability: fsync, full_page_writes, synchronous_commit: off",
      "hint idle-transactions: idle_in_transaction_session_timeout is not set",
      "problem autovacuum: autovacuum is off",
      "problem autovacuum: track_counts is off",
      "hint notifications: the store is told not to listen",
      "warning layout: there is no schema afterwork",
    ]);
  });

  test("a role that sets things right, or wrong", async () => {
    await onDatabase(server.url(), async (client) => {
      await client.query("create role readable login; alter role readable set default_transaction_read_only = on");
      await client.query("alter role readable set default_transaction_isolation = 'read committed'");
      await client.query("alter role readable set idle_in_transaction_session_timeout = '5min'");
    });
    const connection = server.url().replace("postgres@", "readable@");
    expect(await findings("writable", { schema, connection })).toMatchObject([
      { level: "problem", seen: "default_transaction_read_only is on" },
    ]);
    expect(await findings("isolation", { schema, connection })).toMatchObject([{ level: "ok" }]);
    expect(await findings("idle-transactions", { schema, connection })).toMatchObject([{ level: "ok" }]);
  });

  test("a clock that is wrong", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 600_000 });
    try {
      expect(await look("clock")).toMatchObject([
        { level: "hint", seen: "this machine's clock is 10 minutes ahead of the server's" },
      ]);
      vi.setSystemTime(Date.now() - 1_200_000);
      expect(await look("clock")).toMatchObject([{ seen: "this machine's clock is 10 minutes behind the server's" }]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("an old transaction: whose, since when, and how to end it", async () => {
    await onDatabase(`${server.url()}?application_name=report`, async (client) => {
      await client.query("begin; select txid_current()");
      expect(await look("oldest-transaction")).toMatchObject([{ level: "ok" }]);
      const [found] = await look("oldest-transaction", { oldMs: 1 });
      expect(found).toMatchObject({
        level: "warning",
        seen: expect.stringMatching(
          /^a transaction of postgres \(report\) at 127\.0\.0\.1\/32, idle in transaction, is open/,
        ) as string,
      });
      const ended = once(client, "error");
      const [terminate = ""] = /select pg_terminate_backend\(\d+\)/.exec(found?.remedy ?? "") ?? [];
      await onDatabase(server.url(), (other) => other.query(terminate));
      await ended;
    });
    expect(await look("oldest-transaction", { oldMs: 1 })).toMatchObject([
      { level: "ok", seen: "no other transaction is open" },
    ]);
  });

  test("a prepared transaction that nobody has ended", async () => {
    await onDatabase(server.url(), (client) =>
      client.query("begin; select txid_current(); prepare transaction 'left'"),
    );
    expect(await look("prepared-transactions")).toMatchObject([{ level: "ok" }]);
    const [found] = await look("prepared-transactions", { oldMs: 1 });
    expect(found).toMatchObject({
      level: "warning",
      seen: expect.stringMatching(/^'left' of postgres is prepared/) as string,
    });
    await onDatabase(server.url(), (client) => client.query("rollback prepared 'left'"));
    expect(await look("prepared-transactions", { oldMs: 1 })).toMatchObject([{ seen: "there is none" }]);
  });

  test.each([
    ["standbys", "START_REPLICATION", /^the standby replica at 127/],
    [
      "replication-slots",
      "START_REPLICATION SLOT kept",
      /^the slot kept, in use, needs what was there \d+ transactions ago$/,
    ],
  ])("a standby that keeps dead rows: %s", async (check, start, seen) => {
    await onDatabase(server.url(), (client) =>
      client.query("select pg_create_physical_replication_slot('kept', true)"),
    );
    try {
      await replicate(start, async () => {
        await vi.waitUntil(async () => (await look(check))[0]?.seen !== "none keeps dead rows", { timeout: 10_000 });
        expect(await look(check)).toMatchObject([{ level: "ok" }]);
        expect(await look(check, { oldTransactions: 0 })).toMatchObject([
          { level: "warning", seen: expect.stringMatching(seen) as string },
        ]);
      });
      if (check === "replication-slots") {
        await vi.waitUntil(
          async () => /nobody uses/.test((await look(check, { oldTransactions: 0 }))[0]?.seen ?? ""),
          10_000,
        );
      }
    } finally {
      const drop = "select pg_drop_replication_slot('kept')";
      await vi.waitFor(() => onDatabase(server.url(), (client) => client.query(drop)), 10_000);
    }
  });

  /** Is a standby, for as long as `use` takes, that tells what it still needs: hot_standby_feedback. */
  async function replicate(start: string, use: () => Promise<void>): Promise<void> {
    const client = new Client({
      connectionString: `${server.url()}?application_name=replica`,
      replication: "true",
    } as object) as Client & { readonly connection: Replicating };
    client.on("error", () => {});
    await client.connect();
    try {
      const { rows } = await client.query<{ readonly xlogpos: string }>("IDENTIFY_SYSTEM");
      const started = once(client.connection, "replicationStart");
      client.query(`${start} PHYSICAL ${rows[0]?.xlogpos}`).catch(() => {});
      await started;
      client.connection.sendCopyFromChunk(await feedback());
      await use();
    } finally {
      client.connection.stream.destroy();
    }
  }

  /** @see https://www.postgresql.org/docs/current/protocol-replication.html */
  async function feedback(): Promise<Buffer> {
    const next = await onDatabase(server.url(), (other) =>
      other.query<{ readonly id: string }>("select txid_current() as id"),
    );
    const bytes = Buffer.alloc(1 + 8 + 16);
    bytes.write("h");
    bytes.writeUInt32BE(Number(next.rows[0]?.id), 9);
    return bytes;
  }
});

/** What pg has of a connection, and does not tell of. */
type Replicating = import("node:events").EventEmitter & {
  sendCopyFromChunk(bytes: Buffer): void;
  readonly stream: { destroy(): void };
};
