import type { ChannelListener, Database, Query, Route, TransactionOptions } from "./database.ts";

/** A database that is connected to when it is first needed: clients are loaded asynchronously. */
export class DeferredDatabase implements Database {
  readonly #connect: () => Promise<Database>;
  #connecting: Promise<Database> | undefined;
  #database: Database | undefined;

  constructor(connect: () => Promise<Database>) {
    this.#connect = connect;
  }

  readonly query: Query = async (text, values, name) =>
    (this.#database ?? (await this.#open())).query(text, values, name);

  async transaction<Answer>(work: (query: Query) => Promise<Answer>, options?: TransactionOptions): Promise<Answer> {
    return (await this.#open()).transaction(work, options);
  }

  listen(channel: string, listener: ChannelListener): { stop(): Promise<void> } {
    let stopped = false;
    const listening = this.#open().then(
      (database) => (stopped ? undefined : database.listen(channel, listener)),
      (error: unknown) => {
        listener.onLost(error);
        return undefined;
      },
    );
    return {
      async stop() {
        stopped = true;
        await (await listening)?.stop();
      },
    };
  }

  async route(): Promise<Route> {
    return (await this.#open()).route();
  }

  async close(): Promise<void> {
    await this.#connecting?.then((database) => database.close()).catch(() => undefined);
  }

  async #open(): Promise<Database> {
    this.#connecting ??= this.#connect();
    this.#database = await this.#connecting;
    return this.#database;
  }
}
