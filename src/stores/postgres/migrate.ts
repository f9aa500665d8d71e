import { sleep, systemClock } from "../../base/clock.ts";
import { StoreFaultError } from "../contract/store-fault-error.ts";
import type { MigrationReport } from "../contract/store.ts";
import type { Database, Query } from "./client/database.ts";
import { quoteName } from "./client/quote.ts";
import { clientVersion, lockOf, type Migration, migrations, planOf } from "./migrations.ts";

/** The layout of a schema, as far as there is one. */
export interface Layout {
  /** Is there a schema of this name? */
  readonly exists: boolean;
  /** 0: nothing of the store is in it. */
  readonly version: number;
}

/** How long one statement of a migration may take, and how long another process that migrates is waited for. */
const patienceMs = 60 * 60_000;
/** How often a lock on a table is waited for again; in between, those who want that table have a go. */
const lockTries = 10;
const waitMs = { first: 50, longest: 1_000 } as const;

/** What {@link migrate} would do. @throws {StoreFaultError} when the schema needs a newer client. */
export async function planMigration(
  query: Query,
  schema: string,
  list: readonly Migration[] = migrations,
): Promise<MigrationReport> {
  return planOf({ name: schema, ...(await readLayout(query, schema)) }, list);
}

/**
 * Brings a schema up to date, in one transaction under an advisory lock: of two processes that try, one does it and the other
 * finds it done, however long that takes. Workers go on meanwhile; those that are too old for the new layout are told by
 * their next start.
 *
 * @throws {StoreFaultError} when the schema needs a newer client, or somebody holds a lock on its tables for long.
 */
export async function migrate(
  database: Database,
  schema: string,
  list: readonly Migration[] = migrations,
): Promise<MigrationReport> {
  const giveUpAt = performance.now() + patienceMs;
  let tries = 0;
  for (let pauseMs: number = waitMs.first; ; pauseMs = Math.min(pauseMs * 2, waitMs.longest)) {
    const plan = await planMigration(database.query, schema, list);
    if (plan.statements.length === 0) return plan;
    const outcome = await tryToMigrate(database, schema, list);
    if (outcome === "locked") tries += 1;
    if (typeof outcome !== "string") return outcome;
    if (tries === lockTries || performance.now() > giveUpAt) throw givenUp(schema, outcome);
    await sleep(systemClock, pauseMs * (0.5 + Math.random() / 2));
  }
}

/** @throws {StoreFaultError} when the schema is not as this client needs it. */
export async function checkVersion(query: Query, schema: string): Promise<void> {
  const { version } = await readLayout(query, schema);
  if (version >= clientVersion) return;
  throw new StoreFaultError(
    `the schema ${schema} has the layout ${version}, and this client needs ${clientVersion}: run \`afterwork migrate\` first`,
    { details: { schema, version, client: clientVersion } },
  );
}

/**
 * Calls are single statements, so they have the isolation that is the default. Whoever has waited for a lock has to see what
 * others have committed meanwhile: a child that was stored, for example.
 *
 * @throws {StoreFaultError} when transactions are not `read committed` by default.
 */
export async function checkIsolation(query: Query): Promise<void> {
  const [row] = await query("select current_setting('default_transaction_isolation') as level");
  const level = String(row?.["level"]);
  if (level === "read committed" || level === "read uncommitted") return;
  throw new StoreFaultError(
    `expected default_transaction_isolation to be "read committed", got "${level}": set it for the role, with ` +
      "`alter role … set default_transaction_isolation to 'read committed'`, or in the connection's options",
    { details: { level } },
  );
}

/** @throws {StoreFaultError} when the schema needs a newer client. */
export async function readLayout(query: Query, schema: string): Promise<Layout> {
  const quoted = quoteName(schema);
  const [known] = await query("select to_regnamespace($1) is not null as named", [quoted]);
  if (known?.["named"] !== true) return { exists: false, version: 0 };
  const [table] = await query("select to_regclass($1) is not null as known", [`${quoted}.meta`]);
  if (table?.["known"] !== true) return { exists: true, version: 0 };
  const [meta] = await query(`select version, min_compatible from ${quoted}.meta`);
  const version = Number(meta?.["version"] ?? 0);
  const minCompatible = Number(meta?.["min_compatible"] ?? 0);
  if (minCompatible > clientVersion) throw tooOld(schema, { version, minCompatible });
  return { exists: true, version };
}

/**
 * `others`: another process migrates it just now. That is not waited for inside of a transaction: its snapshot would keep
 * dead rows, and an index that the other one builds concurrently would wait for it in turn.
 */
async function tryToMigrate(
  database: Database,
  schema: string,
  list: readonly Migration[],
): Promise<MigrationReport | "others" | "locked"> {
  try {
    return await database.transaction((query) => migrateWithin(query, schema, list), { statementMs: patienceMs });
  } catch (error) {
    if (error instanceof StoreFaultError && error.details["sqlState"] === "55P03") return "locked";
    throw error;
  }
}

async function migrateWithin(
  query: Query,
  schema: string,
  list: readonly Migration[],
): Promise<MigrationReport | "others"> {
  // The version has to be read anew once the lock is there, whatever the default is.
  await query("set transaction isolation level read committed");
  const [lock] = await query(lockOf(schema, "pg_try_advisory_xact_lock"));
  if (lock?.["taken"] !== true) return "others";
  const plan = await planMigration(query, schema, list);
  for (const statement of plan.statements) await query(statement);
  return plan;
}

function givenUp(schema: string, why: "others" | "locked"): StoreFaultError {
  const what =
    why === "others"
      ? "another process has been migrating it for an hour"
      : `another transaction held a lock on a table of it each of ${lockTries} times; look for a long one`;
  return new StoreFaultError(`the schema ${schema} was not migrated: ${what}`, { passing: true, details: { schema } });
}

function tooOld(
  schema: string,
  { version, minCompatible }: { version: number; minCompatible: number },
): StoreFaultError {
  return new StoreFaultError(
    `the schema ${schema} has the layout ${version}, which clients below ${minCompatible} can't use, and this one is ` +
      `${clientVersion}: update afterwork in this process`,
    { details: { schema, version, minCompatible, client: clientVersion } },
  );
}
