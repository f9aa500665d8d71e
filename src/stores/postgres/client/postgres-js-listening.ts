import { connect as connectSocket, type Socket } from "node:net";
import { InvalidOptionError } from "../../../base/options.ts";
import { toFault } from "./faults.ts";
import type { ConnectionEvents, ListenConnection, SessionOptions } from "./listen-session.ts";
import { placeOf } from "./place.ts";
import type { PostgresJsRoot } from "./postgres-js.ts";
import { quoteName } from "./quote.ts";

/** What is read of the options that postgres.js has made of the user's. */
interface ParsedOptions {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path?: string | false;
  readonly ssl?: unknown;
  readonly socket?: unknown;
}

/** How an own `sql` is made. */
type MakeSql = (own: object) => Promise<PostgresJsRoot>;

/**
 * Listens on connections of their own, made by the package `postgres` from the options of the user's `sql`. Its own
 * `sql.listen` says nothing of a loss, and can't end a connection that does not answer.
 */
export function postgresJsListening(
  sql: PostgresJsRoot,
  { listenUrl, applicationName }: { readonly listenUrl?: string; readonly applicationName: string },
): SessionOptions["connect"] {
  const options = sql.options as ParsedOptions;
  const make: MakeSql = async (own) => {
    const postgres = await importPostgres();
    const connection = { application_name: applicationName };
    if (listenUrl !== undefined) return postgres(listenUrl, { ...tlsFor(listenUrl, options), connection, ...own });
    // Options that it has parsed before are taken as they are; what they share with the user's connections must be new.
    return postgres({ ...options, shared: { retries: 0, typeArrayMap: {} }, ...own });
  };
  const place = placeOf(listenUrl === undefined ? options : { connectionString: listenUrl });
  let turn = 0;
  return (channel, events) => {
    turn += 1;
    return new PostgresJsListenConnection(make, { channel, events, place, turn, socket: options.socket });
  };
}

/** Where one of them is to listen, and for whom. */
interface Listening {
  readonly channel: string;
  readonly events: ConnectionEvents;
  readonly place: string;
  /** The number of the try: where there are several hosts, they take turns. */
  readonly turn: number;
  /** The user's way to make a socket, if there is one. */
  readonly socket: unknown;
}

class PostgresJsListenConnection implements ListenConnection {
  readonly #make: MakeSql;
  readonly #listening: Listening;
  #sql: PostgresJsRoot | undefined;
  #socket: Socket | undefined;
  #ended = false;

  constructor(make: MakeSql, listening: Listening) {
    this.#make = make;
    this.#listening = listening;
  }

  async open(): Promise<void> {
    const { channel, events, place, socket } = this.#listening;
    await this.#guard(async () => {
      this.#sql = await this.#make({
        max: 1,
        idle_timeout: null,
        max_lifetime: null,
        fetch_types: false,
        onnotify: (name: string, payload: string) => name === channel && events.onNotification(payload),
        onclose: () => events.onLost(toFault({ code: "CONNECTION_CLOSED" }, place)),
        socket: socket ?? ((options: ParsedOptions) => this.#connect(options)),
      });
      if (this.#ended) return this.destroy();
      await this.#sql.unsafe(`listen ${quoteName(channel)}`);
    });
  }

  async check(): Promise<void> {
    await this.#guard(async () => void (await this.#sql?.unsafe("select 1")));
  }

  destroy(): void {
    this.#ended = true;
    void this.#sql?.end({ timeout: 0 }).catch(() => {});
    this.#socket?.destroy();
  }

  async #guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      throw toFault(error, this.#listening.place);
    }
  }

  /** A socket that we hold ourselves, for `end` of postgres.js waits for the other side to close it. */
  #connect({ host, port, path }: ParsedOptions): Promise<Socket> {
    const at = this.#listening.turn % host.length;
    const target = { host: host[at] ?? "localhost", port: port[at] ?? 5432 };
    const socket = connectSocket(path ? { path } : target);
    this.#socket = socket;
    if (this.#ended) socket.destroy();
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.once("close", () => reject(Object.assign(new Error("closed"), { code: "CONNECTION_CLOSED" })));
      // The name that TLS checks the certificate against is read from here.
      socket.once("connect", () => resolve(Object.assign(socket, target)));
    });
  }
}

async function importPostgres(): Promise<(first: string | object, second?: object) => PostgresJsRoot> {
  try {
    const { default: postgres } = await import("postgres");
    return postgres as unknown as (first: string | object, second?: object) => PostgresJsRoot;
  } catch {
    throw new InvalidOptionError(
      "listening needs the package postgres, which can't be imported here; install it, or switch `listen` off",
    );
  }
}

/** The user's TLS options hold for `listenUrl` too, unless it brings its own. */
function tlsFor(listenUrl: string, { ssl }: ParsedOptions): { ssl?: unknown } {
  return ssl && !/[?&]ssl/.test(listenUrl) ? { ssl } : {};
}
