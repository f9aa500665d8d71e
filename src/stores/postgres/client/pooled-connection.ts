import { requestCancel } from "./cancel-request.ts";
import type { Row, Value } from "./database.ts";
import { endsConnection, isReadOnly, lateFault, toFault } from "./faults.ts";
import { type PgClient, type PgPool, type PgResult, type PgStatement, partsOf, plainTypes } from "./pg.ts";
import { within } from "./within.ts";

/** How a connection is used. */
export interface ConnectionOptions {
  readonly place: string;
  /** How long one statement may take. */
  readonly timeoutMs: number;
  /** Is that longer than others may take? */
  readonly isPatient: boolean;
}

/** A connection of a pool, taken for a while. It goes back once, and only if it is as good as it was. */
export class PooledConnection {
  readonly #pool: PgPool;
  readonly #place: string;
  readonly #timeoutMs: number;
  readonly #isPatient: boolean;
  readonly #client: PgClient;
  readonly #release: (error?: Error) => void;
  readonly #watch: ClientWatch;
  #cancelling: Promise<void> | undefined;

  constructor(pool: PgPool, { client, release, watch }: TakenClient, options: ConnectionOptions) {
    this.#pool = pool;
    this.#client = client;
    this.#release = release;
    this.#place = options.place;
    this.#timeoutMs = options.timeoutMs;
    this.#isPatient = options.isPatient;
    this.#watch = watch;
  }

  /** The result of one statement, or of the last of several without values; `leftMs` of its time are left. */
  async run(
    text: string,
    values: readonly Value[] = [],
    { leftMs = this.#timeoutMs, name }: { readonly leftMs?: number; readonly name?: string | undefined } = {},
  ): Promise<PgResult> {
    const statement: PgStatement = { text, values: [...values], types: plainTypes };
    if (name !== undefined) statement.name = name;
    // Else a time that the user has set for his pool as a whole would count.
    if (this.#isPatient) statement.query_timeout = Math.ceil(leftMs);
    const running = this.#client.query(statement);
    try {
      const result: PgResult | readonly PgResult[] = await within(leftMs, running, () => this.#late());
      return Array.isArray(result) ? (result.at(-1) as PgResult) : result;
    } catch (error) {
      // A new one may lead to the server that can be written by now.
      if (endsConnection(error) || isReadOnly(error)) this.#watch.note(error as Error);
      throw toFault(error, this.#place);
    }
  }

  async rows(
    text: string,
    values: readonly Value[] = [],
    options: { readonly leftMs?: number; readonly name?: string | undefined } = {},
  ): Promise<readonly Row[]> {
    return (await this.run(text, values, options)).rows;
  }

  get isBroken(): boolean {
    return this.#watch.error !== undefined;
  }

  /** Gives it up: what it is doing is not known. */
  abandon(error: Error): void {
    this.#watch.note(error);
  }

  /** Returns at once, even if something has to be waited for before. */
  giveBack(): void {
    if (this.#cancelling === undefined) this.#giveBack();
    else void this.#cancelling.then(() => this.#giveBack());
  }

  #giveBack(): void {
    this.#release(this.#watch.error);
    this.#watch.end();
  }

  #late(): Error {
    // Without this the server goes on, and holds or awaits locks for somebody who has left.
    this.#cancelling = requestCancel(this.#pool, this.#client);
    const what = `a statement was not answered within ${this.#timeoutMs} ms; its connection was given up`;
    return lateFault(this.#place, what);
  }
}

/**
 * Hears a client's errors from the moment it is taken: one without a listener would end the process, and it may come in the
 * same packet as the news that the client is ready.
 */
class ClientWatch {
  readonly #client: PgClient;
  #error: Error | undefined;
  readonly #listener = (error: Error): void => this.note(error);

  constructor(client: PgClient) {
    this.#client = client;
    client.on("error", this.#listener);
  }

  /** What broke it, if something did. */
  get error(): Error | undefined {
    return this.#error;
  }

  note(error: Error): void {
    this.#error ??= error;
  }

  end(): void {
    this.#client.removeListener("error", this.#listener);
  }
}

/** A client, and how it goes back. */
export interface TakenClient {
  readonly client: PgClient;
  readonly watch: ClientWatch;
  readonly release: (error?: Error) => void;
}

/** Takes a client of a pool; one that comes after the time is over goes straight back. */
export function takeClient(pool: PgPool, place: string, timeoutMs: number): Promise<TakenClient> {
  return new Promise((resolve, reject) => {
    let over = false;
    const timer = setTimeout(() => {
      over = true;
      reject(lateFault(place, `no connection within ${timeoutMs} ms (${stateOf(pool)})`));
    }, timeoutMs);
    const end = (): void => {
      over = true;
      clearTimeout(timer);
    };
    // With a promise, the client's first error could come before there is anybody to hear it.
    take((error, client, release) => {
      if (over) {
        if (client !== undefined) release();
        return;
      }
      end();
      if (client === undefined) reject(toFault(error, place));
      else resolve({ client, release, watch: new ClientWatch(client) });
    });

    function take(callback: Parameters<PgPool["connect"]>[0]): void {
      try {
        pool.connect(callback);
      } catch (error) {
        end();
        reject(toFault(error, place));
      }
    }
  });
}

/** Has somebody given it back to the pool in the middle of a transaction? What is done there never counts. */
export function isLeftInTransaction(client: PgClient): boolean {
  const { getTransactionStatus } = client as { getTransactionStatus?: () => unknown };
  const status = getTransactionStatus?.call(client);
  return status === "T" || status === "E";
}

function stateOf(pool: PgPool): string {
  const max = partsOf(pool).options?.max;
  const most = max === undefined ? "" : ` of at most ${max}`;
  return `the pool has ${pool.totalCount}${most}, ${pool.idleCount} of them idle, and ${pool.waitingCount} callers wait`;
}
