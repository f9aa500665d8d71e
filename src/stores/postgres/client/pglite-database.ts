import { StoreFaultError } from "../../contract/store-fault-error.ts";
import type { ChannelListener, Database, Query, Route, Row, TransactionOptions, Value } from "./database.ts";
import type { DatabaseOptions } from "./database-options.ts";
import { lateFault, toFault } from "./faults.ts";
import { type PGliteQueries, type PGliteRoot, queryPGlite } from "./pglite.ts";
import { quoteName } from "./quote.ts";
import { within } from "./within.ts";

const place = "PGlite";
const busy = "it has one connection, so a transaction that is open there has to be given as `tx`, or to end first";

/** A statement, and how long it may take. */
interface Statement {
  readonly text: string;
  readonly values: readonly Value[];
  readonly timeoutMs: number;
}

/** A database in this process: one connection, which can't be lost, and for which all calls queue. */
export class PGliteDatabase implements Database {
  readonly #db: PGliteRoot;
  readonly #timeoutMs: number;
  readonly #listens: boolean;
  readonly #subscriptions = new Set<Subscription>();
  #closed = false;

  constructor(db: PGliteRoot, { timeoutMs, listen }: Pick<DatabaseOptions, "timeoutMs" | "listen">) {
    this.#db = db;
    this.#timeoutMs = timeoutMs;
    this.#listens = listen;
  }

  readonly query: Query = (text: string, values: readonly Value[] = []): Promise<readonly Row[]> =>
    this.#run(this.#db, { text, values, timeoutMs: this.#timeoutMs });

  async transaction<Answer>(
    work: (query: Query) => Promise<Answer>,
    { statementMs: timeoutMs = this.#timeoutMs }: TransactionOptions = {},
  ): Promise<Answer> {
    this.#checkOpen();
    const begun = Promise.withResolvers<void>();
    let failure: { readonly error: unknown } | undefined;
    let over = false;
    const whole = this.#db.transaction(async (tx: PGliteQueries) => {
      if (over) throw this.#late();
      begun.resolve();
      return work((text, values = []) => this.#run(tx, { text, values, timeoutMs })).catch((error: unknown) => {
        failure = { error };
        throw error;
      });
    }) as Promise<Answer>;
    try {
      await within(this.#timeoutMs, Promise.race([begun.promise, whole]), () => this.#late());
      return await whole;
    } catch (error) {
      over = true;
      if (failure !== undefined) throw failure.error;
      throw toFault(error, place);
    }
  }

  listen(channel: string, listener: ChannelListener): { stop(): Promise<void> } | undefined {
    if (!this.#listens) return undefined;
    const subscription = new Subscription(this.#db, channel, listener);
    this.#subscriptions.add(subscription);
    void subscription.start(this.query);
    return {
      stop: async () => {
        this.#subscriptions.delete(subscription);
        subscription.stop();
      },
    };
  }

  async route(): Promise<Route> {
    return { place, poolSize: undefined, listensElsewhere: false, pooler: "none" };
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.stop();
    this.#subscriptions.clear();
  }

  async #run(db: PGliteQueries, { text, values, timeoutMs }: Statement): Promise<readonly Row[]> {
    this.#checkOpen();
    try {
      return await within(timeoutMs, queryPGlite(db, text, values), () => this.#late());
    } catch (error) {
      throw toFault(error, place);
    }
  }

  #checkOpen(): void {
    if (this.#closed || this.#db.closed) throw new StoreFaultError(`${place}: it has been closed`);
  }

  #late(): Error {
    return lateFault(place, `no answer within ${this.#timeoutMs} ms; ${busy}`);
  }
}

/** Several may listen to one channel on the one connection, so `unlisten` is never said. */
class Subscription {
  readonly #channel: string;
  readonly #listener: ChannelListener;
  readonly #unsubscribe: () => void;
  #stopped = false;

  constructor(db: PGliteRoot, channel: string, listener: ChannelListener) {
    this.#channel = channel;
    this.#listener = listener;
    this.#unsubscribe = db.onNotification((name, payload) => {
      if (name === channel && !this.#stopped) listener.onNotification(payload);
    });
  }

  async start(query: Query): Promise<void> {
    try {
      await query(`listen ${quoteName(this.#channel)}`);
      if (!this.#stopped) this.#listener.onListening();
    } catch (error) {
      if (!this.#stopped) this.#listener.onLost(error);
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#unsubscribe();
  }
}
