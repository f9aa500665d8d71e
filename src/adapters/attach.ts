import type { Server as HttpServer } from "node:http";
import type { Http2SecureServer, Http2Server } from "node:http2";

import type { Startable } from "../app/servable-app.ts";
import { Shutdown } from "../app/shutdown/shutdown.ts";
import { handleSignals } from "../app/shutdown/signals.ts";
import { toError } from "../base/errors.ts";
import { aBoolean, checkOptions, expected } from "../base/options.ts";

/** What Node and its frameworks call a server. One of HTTP/2 is refused: it can't be told to end idle connections. */
export type AttachableServer = HttpServer | Http2Server | Http2SecureServer;

/** How a server ends. */
export interface AttachOptions {
  /** Shut down on SIGTERM and SIGINT, and end the process afterwards. Default true. */
  readonly signals?: boolean;
}

/**
 * Ties an adapter to a Node server: starts it, and from now on `server.close()` shuts down in the order of the
 * documentation, and calls back when the tasks have been drained.
 *
 * @throws whatever a dependency of `app` scope fails with; the server is left as it was.
 */
export async function attach(app: Startable, server: AttachableServer, options: AttachOptions = {}): Promise<void> {
  if (!isHttpServer(server)) throw expected("attach", "a server of node:http", server);
  checkOptions("attach", options, { signals: aBoolean });
  await app.start();
  const stop = server.close.bind(server);
  const shutdown = new Shutdown({ app, http: server, stop });
  const stopListening = options.signals === false ? () => {} : handleSignals(shutdown);
  server.close = (callback?: Callback): HttpServer => {
    void end(shutdown, callback).finally(stopListening);
    return server;
  };
}

type Callback = (error?: Error) => void;

async function end(shutdown: Shutdown, callback: Callback = () => {}): Promise<void> {
  try {
    await shutdown.run();
  } catch (error) {
    return callback(toError(error));
  }
  callback();
}

/** Can it be told to close, and to end idle connections? One of HTTP/2 can't. */
export function isHttpServer(server: unknown): server is HttpServer {
  const known = server as Partial<HttpServer> | undefined;
  return typeof known?.close === "function" && typeof known.closeIdleConnections === "function";
}
