import { StoreFaultError } from "../../contract/store-fault-error.ts";
import type { ChannelListener, Database, Query, Route, Row, TransactionOptions, Value } from "./database.ts";
import type { DatabaseOptions } from "./database-options.ts";
import { lateFault } from "./faults.ts";
import { endedWhenIdle } from "./idle-transaction.ts";
import { Listeners } from "./listeners.ts";
import { type PgPool, partsOf } from "./pg.ts";
import { pgListening } from "./pg-listening.ts";
import { placeOf } from "./place.ts";
import { poolerBefore } from "./pooler.ts";
import { isLeftInTransaction, PooledConnection, takeClient } from "./pooled-connection.ts";

const watched = new WeakSet<PgPool>();

/** A database through pg's `Pool`, be it the user's or one of our own. */
export class PoolDatabase implements Database {
  readonly #pool: PgPool;
  readonly #isOwn: boolean;
  readonly #place: string;
  readonly #timeoutMs: number;
  readonly #listensElsewhere: boolean;
  readonly #listeners: Listeners | undefined;
  #prepares = true;
  #closed: Promise<void> | undefined;

  constructor(pool: PgPool, options: DatabaseOptions & { readonly isOwn: boolean }) {
    this.#pool = pool;
    this.#isOwn = options.isOwn;
    this.#place = placeOf(partsOf(pool).options ?? {});
    this.#timeoutMs = options.timeoutMs;
    this.#listensElsewhere = options.listenUrl !== undefined;
    watch(pool);
    if (options.listen) {
      const connect = pgListening(pool, options);
      this.#listeners = new Listeners({ connect, query: this.query, place: this.#place, pace: options.pace });
    }
  }

  readonly query: Query = async (
    text: string,
    values: readonly Value[] = [],
    name?: string,
  ): Promise<readonly Row[]> => {
    const deadline = performance.now() + this.#timeoutMs;
    const connection = await this.#take(deadline);
    const leftMs = (): number => deadline - performance.now();
    try {
      return await connection.rows(text, values, { leftMs: leftMs(), name: this.#prepares ? name : undefined });
    } catch (error) {
      if (name === undefined || !isUnprepared(error)) throw error;
      // A pooler that does not know of prepared statements: nothing was run, and nothing is prepared any more.
      this.#prepares = false;
      return await connection.rows(text, values, { leftMs: leftMs() });
    } finally {
      connection.giveBack();
    }
  };

  async transaction<Answer>(
    work: (query: Query) => Promise<Answer>,
    { statementMs }: TransactionOptions = {},
  ): Promise<Answer> {
    const deadline = performance.now() + this.#timeoutMs;
    const connection = await this.#take(deadline, statementMs);
    try {
      await connection.run(`begin; ${endedWhenIdle(this.#timeoutMs)}`, [], { leftMs: deadline - performance.now() });
      const answer = await work((text, values) => connection.rows(text, values));
      await this.#commit(connection);
      return answer;
    } catch (error) {
      await this.#rollBack(connection);
      throw error;
    } finally {
      connection.giveBack();
    }
  }

  listen(channel: string, listener: ChannelListener): { stop(): Promise<void> } | undefined {
    return this.#listeners?.add(channel, listener);
  }

  async route(): Promise<Route> {
    const { max } = partsOf(this.#pool).options ?? {};
    return {
      place: this.#place,
      poolSize: max,
      listensElsewhere: this.#listensElsewhere,
      pooler: await poolerBefore(this.#pool, { place: this.#place, timeoutMs: this.#timeoutMs, isPatient: false }),
    };
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    await this.#listeners?.close();
    if (this.#isOwn) await this.#pool.end();
  }

  async #take(deadline: number, statementMs?: number): Promise<PooledConnection> {
    if (this.#closed !== undefined) throw new StoreFaultError(`${this.#place}: it has been closed`);
    for (;;) {
      const taken = await takeClient(this.#pool, this.#place, Math.ceil(deadline - performance.now()));
      if (!isLeftInTransaction(taken.client)) {
        const times = { timeoutMs: statementMs ?? this.#timeoutMs, isPatient: statementMs !== undefined };
        return new PooledConnection(this.#pool, taken, { place: this.#place, ...times });
      }
      taken.release(lateFault(this.#place, "the client was given back to the pool in the middle of a transaction"));
      taken.watch.end();
    }
  }

  /** A transaction in which something failed is rolled back by its commit, which reports no error. */
  async #commit(connection: PooledConnection): Promise<void> {
    const { command } = await connection.run("commit");
    if (command !== "COMMIT")
      throw new StoreFaultError(`${this.#place}: a transaction that had failed was to be committed`);
  }

  async #rollBack(connection: PooledConnection): Promise<void> {
    if (connection.isBroken) return;
    try {
      await connection.run("rollback");
    } catch (error) {
      // The connection is given up, and with it the transaction; what failed before is what the caller is told.
      connection.abandon(error as Error);
    }
  }
}

/** Was a statement named that the server does not know, or knows already? */
function isUnprepared(error: unknown): boolean {
  const state = error instanceof StoreFaultError ? error.details["sqlState"] : undefined;
  return state === "26000" || state === "42P05";
}

/** An idle client's connection that breaks, as in a restart of the server, would end the process if nobody listened. */
function watch(pool: PgPool): void {
  if (watched.has(pool)) return;
  watched.add(pool);
  pool.on("error", () => {});
}
