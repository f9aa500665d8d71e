import { DatabaseSync } from "node:sqlite";

import { onDatabase } from "../../support/database.ts";
import type { Place } from "../../support/places.ts";
import type { Child } from "./child.ts";

/**
 * Stops a process with SIGSTOP while it holds no lock of its store: if it did, nobody could take anything over until it went
 * on, or was given up, and that is not what is to be shown.
 */
export async function freeze(child: Child, place: Place): Promise<void> {
  for (;;) {
    child.process.kill("SIGSTOP");
    if (await isFree(place)) return;
    child.process.kill("SIGCONT");
    await new Promise(setImmediate);
  }
}

export function thaw(child: Child): void {
  child.process.kill("SIGCONT");
}

async function isFree(place: Place): Promise<boolean> {
  return place.kind === "sqlite" ? isFileFree(place.path) : await isSchemaFree(place);
}

function isFileFree(path: string): boolean {
  const database = new DatabaseSync(path, { timeout: 100 });
  try {
    database.exec("begin immediate; rollback");
    return true;
  } catch {
    return false;
  } finally {
    database.close();
  }
}

/** A transaction that has locked rows has a lock of their table as well, which can be seen. */
const writers = `select 1 from pg_locks
  join pg_class on pg_class.oid = pg_locks.relation
  join pg_namespace on pg_namespace.oid = pg_class.relnamespace
  where nspname = $1 and mode <> 'AccessShareLock'`;

async function isSchemaFree({ url, schema }: Place & { readonly kind: "postgres" }): Promise<boolean> {
  return await onDatabase(url, async (client) => (await client.query(writers, [schema])).rowCount === 0);
}
