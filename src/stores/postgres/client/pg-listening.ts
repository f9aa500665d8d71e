import { StoreFaultError } from "../../contract/store-fault-error.ts";
import { toFault } from "./faults.ts";
import type { ConnectionEvents, ListenConnection, SessionOptions } from "./listen-session.ts";
import { clientOptions, type PgPool, type PgRawClient, partsOf } from "./pg.ts";
import { placeOf } from "./place.ts";
import { quoteName } from "./quote.ts";

/** Listens on clients of their own that are made like those of a pool. */
export function pgListening(
  pool: PgPool,
  { listenUrl, applicationName }: { readonly listenUrl?: string; readonly applicationName: string },
): SessionOptions["connect"] {
  const url = listenUrl === undefined ? {} : { connectionString: listenUrl };
  const options = { application_name: applicationName, ...clientOptions(pool), keepAlive: true, ...url };
  return (channel, events) => {
    const { Client } = partsOf(pool);
    if (Client === undefined) throw new StoreFaultError("the pool has no `Client`, which is needed to listen");
    return new PgListenConnection(new Client(options), { channel, events, place: placeOf(options) });
  };
}

/** Where a client is to listen, and for whom. */
interface Listening {
  readonly channel: string;
  readonly events: ConnectionEvents;
  readonly place: string;
}

class PgListenConnection implements ListenConnection {
  readonly #client: PgRawClient;
  readonly #channel: string;
  readonly #place: string;

  constructor(client: PgRawClient, { channel, events, place }: Listening) {
    this.#client = client;
    this.#channel = channel;
    this.#place = place;
    client.on("notification", (message) => {
      if (message.channel === channel) events.onNotification(message.payload ?? "");
    });
    client.on("error", (error) => events.onLost(toFault(error, place)));
    client.on("end", () => events.onLost(toFault(new Error("Connection terminated"), place)));
  }

  async open(): Promise<void> {
    try {
      await this.#client.connect();
      await this.#client.query({ text: `listen ${quoteName(this.#channel)}` });
    } catch (error) {
      throw toFault(error, this.#place);
    }
  }

  async check(): Promise<void> {
    try {
      await this.#client.query({ text: "select 1" });
    } catch (error) {
      throw toFault(error, this.#place);
    }
  }

  destroy(): void {
    const { connection } = this.#client;
    if (connection !== undefined) connection.stream.destroy();
    else this.#client.end().catch(() => {});
  }
}
