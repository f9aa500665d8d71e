import { expected, InvalidOptionError } from "../../../base/options.ts";
import type { Database } from "./database.ts";
import type { DatabaseOptions } from "./database-options.ts";
import { defaultPace } from "./listen-session.ts";
import type { PgPool } from "./pg.ts";
import type { PGliteRoot } from "./pglite.ts";
import { PGliteDatabase } from "./pglite-database.ts";
import { PoolDatabase } from "./pool-database.ts";
import type { PostgresJsRoot } from "./postgres-js.ts";
import { PostgresJsDatabase } from "./postgres-js-database.ts";

/** What a database can be reached through: a URL, a `Pool` of pg, the `sql` of postgres.js, or a PGlite. */
export type Connection = string | PgPool | PostgresJsRoot | PGliteRoot;

const wanted = 'a URL such as "postgres://user@host/database", a Pool of pg, the sql of postgres.js, or a PGlite';

/**
 * Checks what the user gave, before anything is connected.
 *
 * @throws {InvalidOptionError} for anything else than a {@link Connection}, and for a URL that is none.
 */
export function checkConnection(given: unknown): asserts given is Connection {
  if (typeof given === "string") return checkUrl("the connection", given);
  if (isPostgresJs(given)) return checkTransforms(given);
  if (isPool(given) || isPGlite(given)) return;
  throw expected("the connection", wanted, given);
}

/** Checks a URL without saying what it was, for it may hold a password. */
export function checkUrl(what: string, text: string): void {
  if (!/^postgres(ql)?:\/\//.test(text) || !URL.canParse(text)) {
    throw new InvalidOptionError(`${what}: expected a URL such as "postgres://user@host/database", got another text`);
  }
}

/**
 * The database behind what the user gave; nothing is connected yet.
 *
 * @throws {InvalidOptionError} for what is no connection, and for a URL where the package pg is not installed.
 */
export async function databaseOf(given: Connection, options: Partial<DatabaseOptions> = {}): Promise<Database> {
  checkConnection(given);
  if (options.listenUrl !== undefined) checkUrl("listenUrl", options.listenUrl);
  const all = { listen: true, timeoutMs: 10_000, applicationName: "afterwork", pace: defaultPace, ...options };
  if (typeof given === "string") return new PoolDatabase(await makePool(given, all), { ...all, isOwn: true });
  if (isPostgresJs(given)) return new PostgresJsDatabase(given, all);
  if (isPGlite(given)) return new PGliteDatabase(given, all);
  return new PoolDatabase(given, { ...all, isOwn: false });
}

async function makePool(url: string, { timeoutMs, applicationName }: DatabaseOptions): Promise<PgPool> {
  const { default: pg } = await import("pg").catch(() => {
    throw new InvalidOptionError(
      "the connection: a URL needs the package pg, which can't be imported here; npm install pg",
    );
  });
  return new pg.Pool({
    connectionString: url,
    application_name: applicationName,
    connectionTimeoutMillis: timeoutMs,
    keepAlive: true,
    // A connection that nobody uses keeps no process alive, be it half-open or not.
    allowExitOnIdle: true,
  });
}

function isPool(given: unknown): given is PgPool {
  const pool = given as Partial<PgPool> | null;
  return typeof pool === "object" && typeof pool?.connect === "function" && typeof pool.totalCount === "number";
}

function isPGlite(given: unknown): given is PGliteRoot {
  const db = given as Partial<PGliteRoot> | null;
  return typeof db === "object" && typeof db?.exec === "function" && typeof db.onNotification === "function";
}

function isPostgresJs(given: unknown): given is PostgresJsRoot {
  const sql = given as Partial<PostgresJsRoot>;
  return typeof given === "function" && typeof sql.unsafe === "function" && typeof sql.begin === "function";
}

/** A transform of whole rows is the one thing of the user's that can't be kept away from ours. */
function checkTransforms({ options }: PostgresJsRoot): void {
  const { transform } = options as { readonly transform?: { readonly row?: { readonly from?: unknown } } };
  if (transform?.row?.from == null) return;
  throw new InvalidOptionError("the connection: expected an sql without transform.row, got one that has it");
}
