import { StoreFaultError } from "../../contract/store-fault-error.ts";
import type { ChannelListener, Database, Query, Route, Row, TransactionOptions, Value } from "./database.ts";
import type { DatabaseOptions } from "./database-options.ts";
import { Listeners } from "./listeners.ts";
import { placeOf } from "./place.ts";
import { type PostgresJsRoot, rowsOf, runStatement, statement } from "./postgres-js.ts";
import { PostgresJsTransaction } from "./postgres-js-transaction.ts";
import { postgresJsListening } from "./postgres-js-listening.ts";

/**
 * A database through the `sql` of postgres.js. It has no way to end one of its connections: one that does not answer stays in
 * it, cancelled as far as that is possible, until the system gives it up.
 */
export class PostgresJsDatabase implements Database {
  readonly #sql: PostgresJsRoot;
  readonly #place: string;
  readonly #timeoutMs: number;
  readonly #listensElsewhere: boolean;
  readonly #listeners: Listeners | undefined;
  #closed: Promise<void> | undefined;

  constructor(sql: PostgresJsRoot, options: DatabaseOptions) {
    this.#sql = sql;
    this.#place = placeOf(sql.options);
    this.#timeoutMs = options.timeoutMs;
    this.#listensElsewhere = options.listenUrl !== undefined;
    if (options.listen) {
      const connect = postgresJsListening(sql, options);
      this.#listeners = new Listeners({ connect, query: this.query, place: this.#place, pace: options.pace });
    }
  }

  readonly query: Query = (text: string, values: readonly Value[] = []): Promise<readonly Row[]> => {
    if (this.#closed !== undefined) return Promise.reject(this.#closedFault());
    return runStatement({ sql: this.#sql, text, values }, this.#place, this.#timeoutMs);
  };

  async transaction<Answer>(
    work: (query: Query) => Promise<Answer>,
    { statementMs = this.#timeoutMs }: TransactionOptions = {},
  ): Promise<Answer> {
    if (this.#closed !== undefined) throw this.#closedFault();
    return new PostgresJsTransaction(this.#sql, this.#place, { timeoutMs: this.#timeoutMs, statementMs }).run(work);
  }

  listen(channel: string, listener: ChannelListener): { stop(): Promise<void> } | undefined {
    return this.#listeners?.add(channel, listener);
  }

  async route(): Promise<Route> {
    const { max } = this.#sql.options as { readonly max?: number };
    const pooler = await this.#pooler();
    return { place: this.#place, poolSize: max, listensElsewhere: this.#listensElsewhere, pooler };
  }

  close(): Promise<void> {
    this.#closed ??= this.#listeners?.close() ?? Promise.resolve();
    return this.#closed;
  }

  /** The key of a connection names the process that serves it, but for a pooler, which hands out keys of its own. */
  async #pooler(): Promise<Route["pooler"]> {
    const result = await statement(this.#sql, "select pg_backend_pid() as pid", []);
    const { state } = result as { readonly state?: { readonly pid?: unknown } };
    if (typeof state?.pid !== "number") return "unknown";
    return rowsOf(result)[0]?.["pid"] === state.pid ? "none" : "some";
  }

  #closedFault(): StoreFaultError {
    return new StoreFaultError(`${this.#place}: it has been closed`);
  }
}
