import { Pool } from "pg";
import postgresJs from "postgres";
import { expect, onTestFinished, test, vi } from "vitest";

import type { Connection } from "../../../../src/stores/postgres/client/database-of.ts";
import { describeWith } from "../../../support/service.ts";
import { TransactionPooler } from "../../../support/transaction-pooler.ts";
import { database, databaseUrl, newName, onServer } from "../server.ts";
import { examine, findings } from "./patient.ts";

vi.setConfig({ testTimeout: 20_000 });

const schema = "afterwork_nowhere";

/** A URL that leads to the same database by another way. */
function urlWith(change: (url: URL) => void): string {
  const url = new URL(databaseUrl);
  change(url);
  return url.href;
}

async function poolerUrl(): Promise<string> {
  const { port } = new URL(databaseUrl);
  const pooler = await TransactionPooler.start(Number(port === "" ? 5432 : port));
  onTestFinished(() => pooler[Symbol.asyncDispose]());
  return urlWith((url) => {
    url.host = `127.0.0.1:${pooler.port}`;
  });
}

const clients: Readonly<Record<string, (url: string) => Connection>> = {
  pg: (url) => {
    const pool = new Pool({ connectionString: url, max: 4 });
    onTestFinished(() => pool.end());
    return pool;
  },
  "postgres.js": (url) => {
    const sql = postgresJs(url, { max: 4, onnotice: () => {}, prepare: false, fetch_types: false });
    onTestFinished(() => sql.end({ timeout: 1 }));
    return sql;
  },
};

describeWith(database, "the doctor, on connections", () => {
  for (const [kind, connect] of Object.entries(clients)) {
    test(`${kind}: finds no pooler where there is none, and that notifications arrive`, async () => {
      const found = await examine({ connection: connect(databaseUrl), schema, listens: true });
      const of = (check: string): unknown => found.find((finding) => finding.check === check);
      expect(of("pooler")).toEqual({ check: "pooler", level: "ok", seen: "none stands before the server" });
      expect(of("notifications")).toEqual({ check: "notifications", level: "ok", seen: "they arrive" });
      expect(of("connections")).toMatchObject({ seen: expect.stringMatching(/this one takes up to 5$/) as string });
    });

    test(`${kind}: finds a pooler that swallows notifications, and a listenUrl beside it`, async () => {
      const connection = connect(await poolerUrl());
      const examination = { connection, schema, listens: true };
      const [pooler] = await findings("pooler", examination);
      expect(pooler?.seen).toMatch(kind === "pg" ? /^one in transaction mode/ : /^one stands before the server/);
      expect(await findings("notifications", examination)).toEqual([
        {
          check: "notifications",
          level: "warning",
          seen: "the server can be listened to, and they don't arrive, as behind a pooler in transaction mode",
          remedy: expect.stringMatching(/^give postgres\(\) a listenUrl/) as string,
        },
      ]);
      expect(await findings("notifications", { ...examination, listenUrl: databaseUrl })).toMatchObject([
        { level: "ok", seen: "they arrive by listenUrl" },
      ]);
    });
  }

  test("a listenUrl to another database is told, and one to nowhere", async () => {
    const other = urlWith((url) => {
      url.pathname = "/postgres";
    });
    expect(await findings("notifications", { schema, listens: true, listenUrl: other })).toMatchObject([
      { level: "warning", seen: "listenUrl can be listened to, and they don't arrive" },
    ]);
    const nowhere = urlWith((url) => {
      url.host = "127.0.0.1:1";
    });
    expect(await findings("notifications", { schema, listens: true, listenUrl: nowhere })).toMatchObject([
      { level: "warning", seen: expect.stringContaining("ECONNREFUSED") as string },
    ]);
  });

  test("a store that is told not to listen is a hint", async () => {
    expect(await findings("notifications", { schema })).toMatchObject([{ level: "hint" }]);
  });

  test("connections that run out are told", async () => {
    const name = newName();
    await onServer(`create role ${name} login password 'secret' connection limit 3`);
    onTestFinished(async () => void (await onServer(`drop role ${name}`)));
    const connection = urlWith((url) => {
      url.username = name;
      url.password = "secret";
    });
    expect(await findings("connections", { schema, connection })).toMatchObject([
      {
        level: "hint",
        seen: "1 of 3 that the limit of the user allows are in use; a process such as this one takes up to 11",
      },
    ]);
    await onServer(`alter role ${name} connection limit 1`);
    expect(await findings("connections", { schema, connection })).toMatchObject([
      { level: "warning", seen: "1 of 1 that the limit of the user allows are in use" },
    ]);
  });

  test("what can't be reached is one finding, with what to do", async () => {
    const cases: readonly (readonly [change: (url: URL) => void, seen: RegExp, remedy: RegExp])[] = [
      [(url) => (url.host = "127.0.0.1:1"), /ECONNREFUSED/, /whether it is running/],
      [(url) => (url.pathname = "/nowhere_to_be_found"), /3D000/, /^create the database/],
      [(url) => (url.username = newName()), /28000/, /^correct the user or the password/],
    ];
    for (const [change, seen, remedy] of cases) {
      expect(await examine({ schema, connection: urlWith(change) })).toEqual([
        {
          check: "connection",
          level: "problem",
          seen: expect.stringMatching(seen) as string,
          remedy: expect.stringMatching(remedy) as string,
        },
      ]);
    }
  });
});
