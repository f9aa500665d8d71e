import { Client } from "pg";

import type { Service } from "./service.ts";

/** The database that tests may make schemas in. */
export const databaseUrl: string = process.env["DATABASE_URL"] ?? "postgres://postgres@127.0.0.1:5432/test";

/** Its server. */
export const database: Service = { name: "the PostgreSQL server of DATABASE_URL", isThere: await answers() };

/** A name that no schema has. */
export function newSchemaName(): string {
  return `test_${process.pid}_${Date.now().toString(36)}_${Math.random().toString(36).slice(2, 8)}`;
}

/** Whoever was killed just now may still hold its locks for a moment. */
export async function dropSchema(schema: string): Promise<void> {
  await onDatabase(databaseUrl, async (client) => {
    await client.query("set lock_timeout = '10s'; set client_min_messages = warning");
    await client.query(`drop schema if exists "${schema}" cascade`);
  });
}

/** Lets `use` have a connection of its own. */
export async function onDatabase<Answer>(url: string, use: (client: Client) => Promise<Answer>): Promise<Answer> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on("error", () => {});
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

async function answers(): Promise<boolean> {
  try {
    await onDatabase(databaseUrl, (client) => client.query("select 1"));
    return true;
  } catch {
    return false;
  }
}
