import type { DatabaseSync } from "node:sqlite";
import { StoreFaultError } from "../contract/store-fault-error.ts";
import type { MigrationReport } from "../contract/store.ts";
import { firstMigration } from "./first-migration.ts";

interface Migration {
  /** The oldest client that can use a file after it: its `clientVersion`. */
  readonly minCompatible: number;
  readonly statements: readonly string[];
}

/** In order; the version of a file is how many of them it has had. */
const migrations: readonly Migration[] = [{ minCompatible: 1, statements: firstMigration }];

/** The newest layout that this code knows. */
const clientVersion: number = migrations.length;

const createMeta = `create table if not exists afterwork_meta (
    one integer primary key check (one = 1),
    version integer not null,
    min_compatible integer not null
  )`;

const newestMinCompatible: number = Math.max(...migrations.map((migration) => migration.minCompatible));
const noteVersion = `insert or replace into afterwork_meta values (1, ${clientVersion}, ${newestMinCompatible})`;

interface Meta {
  readonly version: number;
  readonly minCompatible: number;
}

/** What {@link migrate} would do. */
export function planMigration(database: DatabaseSync, path: string): MigrationReport {
  const { version } = readMeta(database, path);
  const statements = migrations.slice(version).flatMap((migration) => migration.statements);
  return {
    from: version,
    to: Math.max(version, clientVersion),
    statements: statements.length === 0 ? [] : [...(version === 0 ? [createMeta] : []), ...statements, noteVersion],
  };
}

/**
 * Brings a file up to date, in one transaction that locks it: of two processes that try, one does it and the other finds
 * it done.
 *
 * @throws {StoreFaultError} when the file needs a newer client.
 */
export function migrate(database: DatabaseSync, path: string): MigrationReport {
  if (planMigration(database, path).statements.length === 0) return planMigration(database, path);
  database.exec("begin immediate");
  try {
    const plan = planMigration(database, path);
    for (const statement of plan.statements) database.exec(statement);
    database.exec("commit");
    return plan;
  } catch (error) {
    if (database.isTransaction) database.exec("rollback");
    throw error;
  }
}

function readMeta(database: DatabaseSync, path: string): Meta {
  const known = database.prepare("select 1 from sqlite_schema where name = 'afterwork_meta'").get();
  if (known === undefined) return { version: 0, minCompatible: 0 };
  const row = database.prepare("select version, min_compatible as minCompatible from afterwork_meta").get();
  const meta = (row as Meta | undefined) ?? { version: 0, minCompatible: 0 };
  if (meta.minCompatible > clientVersion) throw tooOld(path, meta);
  return meta;
}

function tooOld(path: string, { version, minCompatible }: Meta): StoreFaultError {
  return new StoreFaultError(
    `the SQLite file ${path} has the layout ${version}, which clients below ${minCompatible} can't use, and this one is ` +
      `${clientVersion}: update afterwork in this process`,
    { details: { path, version, minCompatible, client: clientVersion } },
  );
}
