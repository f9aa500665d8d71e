import { StoreFaultError } from "../../contract/store-fault-error.ts";
import type { Query, Row, Value } from "./database.ts";
import { endsConnection, lateFault, toFault } from "./faults.ts";
import { endedWhenIdle } from "./idle-transaction.ts";
import { type PostgresJsRoot, type PostgresJsSql, runStatement } from "./postgres-js.ts";
import { within } from "./within.ts";

/**
 * One `sql.begin` of postgres.js, each part of which takes a bounded time. When its connection is lost, postgres.js would send
 * what follows to no connection, which ends the process, or to the next one, outside of any transaction; so nothing follows.
 */
export class PostgresJsTransaction {
  readonly #sql: PostgresJsRoot;
  readonly #place: string;
  readonly #timeoutMs: number;
  readonly #statementMs: number;
  readonly #begun: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  readonly #worked: PromiseWithResolvers<void> = Promise.withResolvers<void>();
  #failure: { readonly error: unknown } | undefined;
  #lost = false;
  #over = false;

  constructor(
    sql: PostgresJsRoot,
    place: string,
    { timeoutMs, statementMs }: { readonly timeoutMs: number; readonly statementMs: number },
  ) {
    this.#sql = sql;
    this.#place = place;
    this.#timeoutMs = timeoutMs;
    this.#statementMs = statementMs;
  }

  async run<Answer>(work: (query: Query) => Promise<Answer>): Promise<Answer> {
    const whole = this.#sql.begin((sql) => this.#work(work, sql)) as Promise<Answer>;
    whole.catch((error: unknown) => {
      if (this.#failure?.error !== error) this.#lost = true;
    });
    try {
      await within(this.#timeoutMs, Promise.race([this.#begun.promise, whole]), () => this.#late("no connection"));
      await Promise.race([this.#worked.promise, whole]);
      if (this.#lost && this.#failure !== undefined) throw this.#failure.error;
      return await within(this.#timeoutMs, whole, () => this.#late("a transaction did not end"));
    } catch (error) {
      if (this.#failure !== undefined) throw this.#failure.error;
      throw toFault(error, this.#place);
    } finally {
      this.#over = true;
    }
  }

  async #work<Answer>(work: (query: Query) => Promise<Answer>, sql: PostgresJsSql): Promise<Answer> {
    if (this.#over) throw this.#late("no connection");
    this.#begun.resolve();
    const query: Query = (text, values = []) => this.#query(sql, text, values);
    const [outcome] = await Promise.allSettled([query(endedWhenIdle(this.#timeoutMs)).then(() => work(query))]);
    if (outcome.status === "rejected") this.#failure = { error: outcome.reason };
    this.#worked.resolve();
    // To return would be to commit, and to throw to roll back.
    if (this.#lost) await new Promise<never>(() => {});
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  }

  async #query(sql: PostgresJsSql, text: string, values: readonly Value[]): Promise<readonly Row[]> {
    if (this.#lost || this.#over) {
      throw new StoreFaultError(`${this.#place}: the connection of a transaction was lost`, { passing: true });
    }
    try {
      return await runStatement({ sql, text, values }, this.#place, this.#statementMs);
    } catch (error) {
      const { cause } = error as Error;
      // What was only late has no cause: the connection may be alive, and has to be rolled back then.
      if (cause !== undefined && endsConnection(cause)) this.#lost = true;
      throw error;
    }
  }

  #late(what: string): Error {
    return lateFault(this.#place, `${what} within ${this.#timeoutMs} ms`);
  }
}
