import { realpathSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expected, InvalidOptionError } from "../../base/options.ts";
import type { InsertAnswer, NewJob } from "../contract/new-job.ts";
import { Core } from "./core.ts";
import { insertJobs } from "./insertion.ts";

const cores = new WeakMap<DatabaseSync, Core>();

/**
 * Stores jobs on a connection of the user's, inside the transaction that is open there.
 *
 * @throws {InvalidOptionError} when it is no connection to the same file, or has no open transaction.
 */
export function insertInTransaction(
  tx: unknown,
  path: string,
  { jobs, now }: { readonly jobs: readonly NewJob[]; readonly now: number },
): readonly InsertAnswer[] {
  const core = coreOf(checkTransaction(tx, path));
  // Only the user knows what became of the transaction before, so nothing is remembered from it.
  core.forget();
  core.begin(now);
  core.sql.run("savepoint afterwork");
  try {
    const answers = insertJobs(core, jobs);
    core.flush();
    core.sql.run("release afterwork");
    return answers;
  } catch (error) {
    if (core.sql.database.isTransaction) core.sql.database.exec("rollback to afterwork; release afterwork");
    throw error;
  }
}

function coreOf(database: DatabaseSync): Core {
  let core = cores.get(database);
  if (core === undefined) {
    core = new Core(database);
    cores.set(database, core);
  }
  return core;
}

function checkTransaction(tx: unknown, path: string): DatabaseSync {
  if (!(tx instanceof DatabaseSync)) {
    throw expected("tx", "a DatabaseSync of node:sqlite with an open transaction", tx);
  }
  if (!tx.isOpen) throw new InvalidOptionError("tx: expected an open connection, got one that has been closed");
  if (!tx.isTransaction) {
    throw new InvalidOptionError(
      "tx: expected an open transaction, got none; run BEGIN IMMEDIATE on the connection first",
    );
  }
  const location = tx.location();
  if (location === null || realpathSync(location) !== realpathSync(path)) {
    throw new InvalidOptionError(
      `tx: expected a connection to the store's own file ${path}, got one to ${location ?? "memory"}`,
    );
  }
  return tx;
}
