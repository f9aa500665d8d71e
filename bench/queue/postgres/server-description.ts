import type { Pool } from "pg";
import { connected } from "./databases.ts";
import { ServerCpu } from "./server-cpu.ts";

/** What is measured on. */
export interface ServerDescription {
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  /** Can its CPU time be read? */
  readonly measurable: boolean;
}

const names = ["fsync", "synchronous_commit", "full_page_writes", "shared_buffers", "max_wal_size"];

/** @throws when there is no server. */
export async function describeServer(url: string): Promise<ServerDescription> {
  return connected(url, async (pool) => {
    const settings: Record<string, string> = {};
    for (const name of names) settings[name] = await show(pool, name);
    const measurable = (await ServerCpu.find(pool)) !== undefined;
    return { version: await show(pool, "server_version"), settings, measurable };
  });
}

async function show(pool: Pool, name: string): Promise<string> {
  const { rows } = await pool.query<{ value: string }>("select current_setting($1) as value", [name]);
  return rows[0]?.value ?? "";
}
