/** What an SQLSTATE means to the caller. */
export interface Meaning {
  readonly advice: string;
  /** May the same call succeed in a moment? */
  readonly passing: boolean;
  /** Are the server's own words about it free of the values that were sent? Names of tables and users are. */
  readonly quotable: boolean;
}

const notMigrated =
  "its schema lacks what this version needs; run `afterwork migrate`, and look whether this is the right database";
const noSuchStatement =
  "a prepared statement got lost; behind a pooler in transaction mode give postgres.js `prepare: false`";

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const meanings: Readonly<Record<string, Meaning>> = {
  "25006": passes("it can only be read now: a standby, or default_transaction_read_only is on"),
  "25P02": fails("the transaction has failed before; roll it back"),
  "25P03": passes("it has ended a transaction that was idle for longer than idle_in_transaction_session_timeout"),
  "25P04": passes("it has ended a transaction that took longer than transaction_timeout"),
  "26000": fails(noSuchStatement),
  "40000": passes("it has rolled the transaction back"),
  "40001": passes("it has rolled the transaction back, for another one was in its way"),
  "40003": passes("it is not known whether the statement was completed"),
  "40P01": passes("it has rolled the transaction back to resolve a deadlock"),
  "42P05": fails(noSuchStatement),
  "42501": fails("this user may not do that; grant it what docs/postgres.md lists", "quotable"),
  "42601": fails("it does not understand a statement"),
  "42703": fails(notMigrated, "quotable"),
  "42883": fails(notMigrated, "quotable"),
  "42P01": fails(notMigrated, "quotable"),
  "53100": fails("its disk is full; make room, and the store works again"),
  "53200": fails("it is out of memory; lower its work_mem or max_connections, or give it more"),
  "53300": passes("it has no connection left; use fewer or smaller pools, a pooler, or raise max_connections"),
  "55P03": passes("another transaction holds a lock for longer than lock_timeout; look for a long one"),
  "57014": passes("the statement was cancelled, or took longer than statement_timeout"),
  "57P01": passes("it is shutting down, or the connection was terminated"),
  "57P02": passes("it has crashed, and is restarting"),
  "57P03": passes("it is starting, shutting down or recovering, and takes no connections yet"),
  "57P04": fails("the database has been dropped"),
  "57P05": passes("it has ended a connection that was idle for longer than idle_session_timeout"),
  // Of the store's own functions, in their words.
  AW001: fails("a job can't be stored", "quotable"),
  // Both say that a text held U+0000: as it is, and in JSON.
  "22021": fails("a text holds a character that it can't store; U+0000 is one"),
  "22P05": fails("a text holds a character that it can't store; U+0000 is one"),
};

const classes: Readonly<Record<string, Meaning>> = {
  "08": passes("the connection to it was lost, or could not be made", "quotable"),
  "22": fails("a value does not fit where it is to be stored"),
  "23": fails("a row breaks a rule of its table"),
  "28": fails("it refuses the user or the password", "quotable"),
  "3D": fails("there is no such database; create it, or name another one", "quotable"),
  "3F": fails(notMigrated, "quotable"),
  "53": fails("it is short of something; look at its log"),
  "54": fails("a statement is beyond its limits; make batches smaller"),
  "58": fails("it could not read or write its files; look at its log and at its disks"),
  XX: fails("it has an internal error, or its files are damaged; look at its log, and have a backup ready"),
  P0: fails("a function of the store's schema has failed", "quotable"),
};

const unknown = fails("a statement failed");

export function meaningOf(sqlState: string): Meaning {
  return meanings[sqlState] ?? classes[sqlState.slice(0, 2)] ?? unknown;
}

function passes(advice: string, quotable?: "quotable"): Meaning {
  return { advice, passing: true, quotable: quotable !== undefined };
}

function fails(advice: string, quotable?: "quotable"): Meaning {
  return { advice, passing: false, quotable: quotable !== undefined };
}
