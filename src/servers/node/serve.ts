import type { IncomingMessage, RequestListener, Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";

import { createAdaptorServer, type WebSocketServerLike } from "@hono/node-server";
import { WebSocketServer } from "ws";

import { NodeEnd } from "../../app/response/ends/node-end.ts";
import { responseEndKey } from "../../app/response/response-end.ts";
import { isApp, type ServableApp } from "../../app/servable-app.ts";
import { Shutdown } from "../../app/shutdown/shutdown.ts";
import { handleSignals } from "../../app/shutdown/signals.ts";
import { socketUpgradeKey } from "../../app/socket/socket-upgrade.ts";
import { AfterworkError } from "../../base/errors.ts";
import { aBoolean, aString, checkOptions, expected, wholeNumber } from "../../base/options.ts";
import { directListener, preparedResponseKey, type PreparedOutgoing } from "./direct-listener.ts";
import { refuseOtherRuntimes } from "./other-runtimes.ts";
import { isPlainHost } from "./plain-host.ts";
import { upgradeSocket } from "./upgrade-socket.ts";
import { asksForWebSocket, refuseOtherUpgrades } from "./web-socket-upgrades.ts";

/** Where an app listens. */
export interface ServeOptions {
  /** 0 takes a free one. Default 8000. */
  readonly port?: number;
  /** The address to listen on. Default: all of the machine's. */
  readonly hostname?: string;
  /** Shut down on SIGTERM and SIGINT, and end the process afterwards. Default true. */
  readonly signals?: boolean;
  /** The largest WebSocket message in bytes. Default 1 MiB. */
  readonly socketLimit?: number;
}

/** An app that listens. */
export interface Server extends AsyncDisposable {
  readonly port: number;
  readonly url: string;
  /**
   * Shuts down in the order of the documentation: no new requests, those at hand finish, tasks drain, `app` scope closes.
   * Returns the names of the tasks that were abandoned, and of routes whose sockets or clean-up did not end. Calling it
   * again returns the same promise.
   */
  close(): Promise<readonly string[]>;
}

/**
 * Starts an app on Node. When that fails it may be called again, for another port say; who gives up calls `app.close()`,
 * because what `app` scope had opened by then is still open.
 *
 * @throws {PlatformError} on Bun, Deno and Cloudflare Workers, whose servers take `app.fetch`.
 * @throws {InvalidOptionError} @throws {AfterworkError} `LISTEN_FAILED` when the port can't be had.
 * @throws whatever a dependency of `app` scope fails with.
 */
export async function serve(app: ServableApp, options: ServeOptions = {}): Promise<Server> {
  refuseOtherRuntimes();
  if (!isApp(app)) throw expected("serve", "an app", app);
  checkOptions("serve", options, {
    port: wholeNumber(0, 65_535),
    hostname: aString,
    signals: aBoolean,
    socketLimit: wholeNumber(1),
  });
  await app.start();
  const sockets = new WebSocketServer({ noServer: true, maxPayload: options.socketLimit ?? 1024 * 1024 });
  const http = createAdaptorServer({
    fetch: fetchOf(app),
    serverOptions: { shouldUpgradeCallback: asksForWebSocket },
    websocket: { server: sockets as WebSocketServerLike },
  }) as HttpServer;
  refuseOtherUpgrades(http);
  preferDirect(app, http);
  const port = await listen(http, options);
  const endSockets = (): void => {
    for (const socket of sockets.clients) socket.terminate();
  };
  const shutdown = new Shutdown({ app, http, endSockets });
  const stopListening = options.signals === false ? () => {} : handleSignals(shutdown);
  let closing: Promise<readonly string[]> | undefined;
  const close = (): Promise<readonly string[]> => (closing ??= shutdown.run().finally(stopListening));
  const host = options.hostname === undefined || options.hostname === "0.0.0.0" ? "localhost" : options.hostname;
  const url = `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
  return { port, url, close, [Symbol.asyncDispose]: async () => void (await close()) };
}

/** Puts the direct way before the ordinary one, where there is one. */
function preferDirect(app: ServableApp, http: HttpServer): void {
  const { directRoutes } = app;
  const [general] = http.listeners("request") as RequestListener[];
  if (directRoutes === undefined || general === undefined) return;
  http.off("request", general);
  http.on("request", directListener(directRoutes, general));
}

/** What `@hono/node-server` passes on. Only upgrades come without a response to write to. */
interface NodeEnvironment {
  readonly incoming: IncomingMessage;
  readonly outgoing?: PreparedOutgoing;
}

function fetchOf(app: ServableApp): (request: Request, environment: object) => Response | Promise<Response> {
  return (request, environment) => {
    const { incoming, outgoing } = environment as NodeEnvironment;
    const prepared = outgoing?.[preparedResponseKey];
    if (prepared !== undefined) return prepared;
    // Of what the adapter lets through, only the host can still be wrong.
    if (!isPlainHost(incoming.headers.host ?? "") && !URL.canParse(request.url))
      return new Response(null, { status: 400 });
    if (outgoing !== undefined) return app.fetch(request, environment);
    // Its own end, because nobody reads the body of a handshake that is refused.
    const end = new NodeEnd(incoming.socket);
    return app.fetch(request, Object.assign(environment, { [socketUpgradeKey]: upgradeSocket, [responseEndKey]: end }));
  };
}

function listen(http: HttpServer, options: ServeOptions): Promise<number> {
  const port = options.port ?? 8000;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const fail = (error: Error): void => {
    reject(new AfterworkError("LISTEN_FAILED", `serve: port ${port} can't be had: ${error.message}`, { cause: error }));
  };
  http.once("error", fail);
  http.listen(port, options.hostname, () => {
    http.off("error", fail);
    resolve((http.address() as AddressInfo).port);
  });
  return promise;
}
