import { DatabaseSync } from "node:sqlite";

import { Client } from "pg";
import { onTestFinished } from "vitest";

import type { Place } from "../../support/places.ts";

/** A connection of the user's own to the database of a store. It is closed with the test, if not before. */
export interface UserSession {
  /** What a call takes as its `tx`. */
  readonly tx: object;
  /** Begins a transaction that is going to write. */
  begin(): Promise<void>;
  /** Runs statements, separated by semicolons. */
  run(sql: string): Promise<void>;
  rows(sql: string): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

export async function userSession(place: Place): Promise<UserSession> {
  const session = place.kind === "sqlite" ? fileSession(place.path) : await clientSession(place.url);
  onTestFinished(() => session.close());
  return session;
}

/** The name of a table of the user's own, beside those of the store. */
export function tableAt(place: Place, name: string): string {
  return place.kind === "sqlite" ? name : `"${place.schema}".${name}`;
}

function fileSession(path: string): UserSession {
  const db = new DatabaseSync(path);
  db.exec("pragma journal_mode = wal");
  return {
    tx: db,
    begin: async () => db.exec("begin immediate"),
    run: async (sql) => db.exec(sql),
    rows: async (sql) => db.prepare(sql).all(),
    close: async () => {
      if (db.isOpen) db.close();
    },
  };
}

async function clientSession(url: string): Promise<UserSession> {
  const client = new Client({ connectionString: url });
  await client.connect();
  let closed: Promise<void> | undefined;
  return {
    tx: client,
    begin: async () => void (await client.query("begin")),
    run: async (sql) => void (await client.query(sql)),
    rows: async (sql) => (await client.query<Record<string, unknown>>(sql)).rows,
    close: () => (closed ??= client.end()),
  };
}
