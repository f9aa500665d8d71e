import { clientOptions, type PgClient, type PgPool, type PgRawClient, partsOf } from "./pg.ts";

/** The longest that a request may take. Where the network is down, it keeps a broken connection in its pool that much longer. */
const requestMs = 1_000;

/**
 * Asks the server to cancel what a client is doing, on a connection of its own, as the protocol wants it; it may come too late.
 * Resolves when that is done, or can't be; until then the client must stay, for a pooler forgets the keys of those that leave.
 *
 * By the secret key, not by `pg_cancel_backend`: behind a pooler, the id of the process may be that of another client.
 *
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export function requestCancel(pool: PgPool, client: PgClient): Promise<void> {
  const { Client } = partsOf(pool);
  const { processID, secretKey } = client as PgRawClient;
  if (Client === undefined || typeof processID !== "number" || secretKey == null) return Promise.resolve();
  const { connection, host, port, ssl } = new Client(clientOptions(pool));
  if (connection === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(() => connection.stream.destroy(), requestMs);
    const send = (): void => connection.cancel(processID, secretKey);
    connection.on("connect", () => (ssl ? connection.requestSsl() : send()));
    connection.on("sslconnect", send);
    connection.on("end", () => {
      clearTimeout(timer);
      resolve();
    });
    // It was worth a try.
    connection.on("error", () => connection.stream.destroy());
    if (host.startsWith("/")) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}
