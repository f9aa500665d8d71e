import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";

/** What {@link openConnection} is told. */
export interface ConnectionOptions {
  readonly synchronous: "full" | "normal";
}

/** The name of a database that is nowhere but in memory. */
export const inMemory = ":memory:";

/**
 * A WAL with more pages than this is copied into the file at the next commit. With 400 a stop is hardly shorter, and fewer
 * jobs are stored; with 2,000 a stop is longer.
 */
const checkpointPages = 1_000;
const cacheKiB = 32_768;
/** What is left of a WAL that has grown is cut off at this size. */
const mostWalBytes = 64 * 1024 * 1024;

/** A connection that writes. It never waits for a lock, for that would stop the event loop: whoever meets one tries again. */
export function openWriter(path: string, { synchronous }: ConnectionOptions): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: 0 });
  try {
    database.exec("pragma journal_mode = wal");
    database.exec(`pragma synchronous = ${synchronous}`);
    database.exec(`pragma wal_autocheckpoint = ${checkpointPages}`);
    database.exec(`pragma journal_size_limit = ${mostWalBytes}`);
    database.exec(`pragma cache_size = -${cacheKiB}`);
    database.exec("pragma temp_store = memory");
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/**
 * A connection to look with, which leaves nothing behind: no file where there was none, and no files beside it, as one that
 * is read-only would. Those might belong to a user whom workers don't share them with.
 */
export function openToLook(path: string): DatabaseSync {
  return new DatabaseSync(existsSync(path) ? path : inMemory, { timeout: 0 });
}

/** A connection that only reads, so that a long list does not turn out what the writer has in its cache. */
export function openReader(path: string): DatabaseSync {
  return new DatabaseSync(path, { readOnly: true, timeout: 0 });
}
