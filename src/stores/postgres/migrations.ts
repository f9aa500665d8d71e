import type { MigrationReport } from "../contract/store.ts";
import { quoteName, withValues } from "./client/quote.ts";
import { firstMigration } from "./schema/first-migration.ts";

/** One step from a layout to the next. */
export interface Migration {
  /** The oldest client that can use a schema after it: its `clientVersion`. */
  readonly minCompatible: number;
  readonly statements: readonly string[];
}

/** In order; the version of a schema is how many of them it has had. */
export const migrations: readonly Migration[] = [{ minCompatible: 1, statements: firstMigration }];

/** The newest layout that this code knows. */
export const clientVersion: number = migrations.length;

/** Whoever waits for a lock on a table keeps everybody off it who comes after; so nobody waits for longer. */
const lockTimeout = "5s";

/** A schema before a migration. */
export interface OldSchema {
  readonly name: string;
  readonly exists: boolean;
  readonly version: number;
}

/** The statements of the migrations that a schema lacks, for one transaction. They may be run by hand as well. */
export function planOf(schema: OldSchema, list: readonly Migration[]): MigrationReport {
  const { name, exists, version } = schema;
  const lacking = list.slice(version);
  if (lacking.length === 0) return { from: version, to: version, statements: [] };
  const quoted = quoteName(name);
  const statements = [
    "set local statement_timeout = 0",
    // Only PostgreSQL 17 and later have it.
    "select set_config(name, '0', true) from pg_settings where name = 'transaction_timeout'",
    lockOf(name, "pg_advisory_xact_lock"),
    `set local lock_timeout = '${lockTimeout}'`,
    // Even with `if not exists` it needs a privilege that is not needed for anything else.
    ...(exists ? [] : [`create schema ${quoted}`]),
    // Functions keep it. Else a temporary table of a user's would be taken for one of the same name here.
    `set local search_path to ${quoted}, pg_temp`,
    version === 0 ? createMeta : refuseOthers(version),
    ...lacking.flatMap((migration) => migration.statements),
    noteVersion(list),
  ];
  return { from: version, to: list.length, statements };
}

/** The statement that takes the lock of all who migrate a schema, by one of the functions for that. */
export function lockOf(schema: string, take: "pg_advisory_xact_lock" | "pg_try_advisory_xact_lock"): string {
  return withValues(`select ${take}(hashtextextended($1, 0)) as taken`, [`afterwork migrates ${schema}`]);
}

const createMeta = `create table meta (
    one boolean primary key default true check (one),
    version integer not null,
    min_compatible integer not null
  )`;

/** Statements that are run by hand may have been printed before somebody else has run them. */
function refuseOthers(version: number): string {
  return `do $$ begin
  if (select version from meta) is distinct from ${version} then
    raise exception 'these statements are for the layout ${version}, and the schema has another one by now';
  end if;
end $$`;
}

function noteVersion(list: readonly Migration[]): string {
  const minCompatible = Math.max(...list.map((migration) => migration.minCompatible));
  return `insert into meta (version, min_compatible) values (${list.length}, ${minCompatible})
  on conflict (one) do update set version = excluded.version, min_compatible = excluded.min_compatible`;
}
