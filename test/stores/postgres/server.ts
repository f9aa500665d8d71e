import { databaseUrl, onDatabase } from "../../support/database.ts";

export { database, databaseUrl, dropSchema, newSchemaName } from "../../support/database.ts";

/** One statement on a connection of its own, as a bystander would run it. */
export function onServer(text: string, values: readonly unknown[] = []): Promise<readonly Record<string, unknown>[]> {
  return onDatabase(databaseUrl, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(text, [...values]);
    return rows;
  });
}

/** Kills the connections that an application has open; returns how many there were. */
export async function killConnections(applicationName: string): Promise<number> {
  const kill = "select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1";
  return (await onServer(kill, [applicationName])).length;
}

/** A name that no other test uses, for applications, tables and channels. */
export function newName(): string {
  return `t_${process.pid}_${Math.random().toString(36).slice(2, 10)}`;
}
