/** What is bound to a parameter. Arrays are bound as text, in the form of array literals. */
export type Value = string | number | boolean | null;

/** A row by the names of its columns. A `bigint` comes as a text, a number or a bigint, whatever the client makes of it. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Runs one statement, and returns its rows. One with a name is run again and again with the same text: it is prepared where
 * that is possible.
 */
export type Query = (text: string, values?: readonly Value[], name?: string) => Promise<readonly Row[]>;

/** Who listens to a channel. */
export interface ChannelListener {
  onNotification(payload: string): void;
  /** It listens now, for the first time or again: what was said in between is lost. */
  onListening(): void;
  /** It does not hear anything for now, and tries to listen again. */
  onLost(error: unknown): void;
}

/** What lies between the store and its server. */
export interface Route {
  /** Which server and database, without any secret. */
  readonly place: string;
  /** How many connections there may be for statements; `undefined`: that can't be told. */
  readonly poolSize: number | undefined;
  /** Is it listened on another way than statements go? */
  readonly listensElsewhere: boolean;
  /** Does a pooler stand on the way? `some`: one in another mode, or in one that did not show. */
  readonly pooler: "none" | "transaction" | "some" | "unknown";
}

/** How one transaction differs from others. */
export interface TransactionOptions {
  /** How long each of its statements may take, where that is not the usual time. In milliseconds. */
  readonly statementMs?: number;
}

/**
 * What the store needs of a PostgreSQL client, whatever that is. Whatever it throws is a `StoreFaultError`, passing where
 * the same call may succeed in a moment. Calls take a bounded time: a connection that does not answer is given up.
 */
export interface Database {
  /** One statement in a transaction of its own, on any connection. */
  readonly query: Query;
  /**
   * One transaction on one connection: committed when `work` resolves, rolled back when it rejects. The server ends it when it
   * hears nothing for the usual time of a statement: a client that has vanished would hold its locks for hours.
   */
  transaction<Answer>(work: (query: Query) => Promise<Answer>, options?: TransactionOptions): Promise<Answer>;
  /**
   * Listens on a connection of its own until `stop` is called; a lost connection is made anew. Returns at once; never throws.
   * `undefined` where listening has been switched off.
   */
  listen(channel: string, listener: ChannelListener): { stop(): Promise<void> } | undefined;
  /** Looks at the way to the server. */
  route(): Promise<Route>;
  /** Ends the connections that it has made itself; those of the user stay. */
  close(): Promise<void>;
}
