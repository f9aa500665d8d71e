import { aPositiveDuration, type Duration, toMs } from "../../base/durations.ts";
import { aBoolean, checkOptions, InvalidOptionError, type OptionRule } from "../../base/options.ts";
import type { Store } from "../contract/store.ts";
import { checkConnection, checkUrl, type Connection, databaseOf } from "./client/database-of.ts";
import { DeferredDatabase } from "./client/deferred-database.ts";
import { queryIn } from "./client/user-transaction.ts";
import { PostgresStore } from "./postgres-store.ts";

/** What {@link postgres} can be told. */
export interface PostgresOptions {
  /** The schema that holds everything of this store; it is made if it isn't there. Default `afterwork`. */
  readonly schema?: string;
  /**
   * Are others told with `NOTIFY` that there is something new, and listened to? Without it everything passes by polling.
   * Default true.
   */
  readonly listen?: boolean;
  /**
   * Where to listen, if not where statements go: the URL of a direct connection beside a pooler in transaction mode, which no
   * notification passes.
   */
  readonly listenUrl?: string;
  /**
   * Is the schema brought up to date when the store is opened? With `false` an outdated one is an error, and
   * `afterwork migrate` mends it. Default true.
   */
  readonly migrate?: boolean;
  /**
   * How long one statement may take, with the wait for a connection; after that the connection is given up, for it may be
   * half-open. At most 24 days. Default 10 s.
   */
  readonly timeout?: Duration;
}

/** PostgreSQL cuts longer names off, and so the schema of another store could be meant. */
const longestName = 63;

const aSchema: OptionRule = {
  expected: `a name of 1 to ${longestName} bytes that does not begin with pg_`,
  accepts: (value) =>
    typeof value === "string" &&
    value !== "" &&
    !value.includes("\0") &&
    Buffer.byteLength(value) <= longestName &&
    !value.startsWith("pg_"),
};
/** No timer waits for much longer: it would fire at once. */
const longestTimeoutMs = 24 * 86_400_000;

const aTimeout: OptionRule = {
  expected: `${aPositiveDuration.expected} and at most "24d"`,
  accepts: (value) => aPositiveDuration.accepts(value) && toMs(value as Duration, "timeout") <= longestTimeoutMs,
};
const aText: OptionRule = { expected: "a URL", accepts: (value) => typeof value === "string" };

/**
 * A durable store in PostgreSQL, for workers on many machines. Everything lies in one schema of its own; statements pass a
 * pooler in transaction mode. It needs PostgreSQL 13 or later.
 *
 * @param connection A URL, then connections are made with the package `pg` and closed with the store; or a `Pool` of pg, the
 *   `sql` of postgres.js, or a PGlite, which stay open.
 * @throws {InvalidOptionError} for another connection, an option of a wrong type, and one that does not exist.
 */
export function postgres(connection: Connection, options: PostgresOptions = {}): Store {
  checkConnection(connection);
  checkOptions("postgres()", options, {
    schema: aSchema,
    listen: aBoolean,
    listenUrl: aText,
    migrate: aBoolean,
    timeout: aTimeout,
  });
  const { schema = "afterwork", listen = true, listenUrl, migrate = true, timeout = "10s" } = options;
  if (listenUrl !== undefined) checkUrl("postgres(): listenUrl", listenUrl);
  if (listenUrl !== undefined && !listen)
    throw new InvalidOptionError("postgres(): listenUrl says where to listen, and listen: false not to");
  const timeoutMs = toMs(timeout, "postgres(): timeout");
  const settings = { listen, timeoutMs, ...(listenUrl === undefined ? undefined : { listenUrl }) };
  const database = new DeferredDatabase(() => databaseOf(connection, settings));
  return new PostgresStore({ database, schema, listen, migrates: migrate, queryIn });
}
