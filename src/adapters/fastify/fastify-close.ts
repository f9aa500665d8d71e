import type { Server } from "node:http";

import type { Startable } from "../../app/servable-app.ts";
import { Shutdown } from "../../app/shutdown/shutdown.ts";
import { isHttpServer } from "../attach.ts";

/** The end of an application, in two steps, because Fastify closes its server between them. */
export interface Close {
  /** Before the server is closed: streams are told to end. */
  begin(): void;
  /** After that. Resolves when tasks have been drained. */
  end(): Promise<unknown>;
}

/** How an adapter ends with the server of its application. */
export function closeWith(server: object, adapter: Startable): Close {
  return isHttpServer(server) ? new GracefulClose(server, adapter) : closeSessions(adapter);
}

/** Connections that are kept alive are closed as soon as they are idle, and all of them when requests had their time. */
class GracefulClose implements Close {
  readonly #shutdown: Shutdown;

  constructor(server: Server, adapter: Startable) {
    const stop = (onClosed: () => void): unknown => (server.listening ? server.once("close", onClosed) : onClosed());
    this.#shutdown = new Shutdown({ app: adapter, http: server, stop });
  }

  begin(): void {
    void this.#shutdown.run();
  }

  end(): Promise<unknown> {
    return this.#shutdown.run();
  }
}

/** The sessions of HTTP/2 are closed by Fastify. */
function closeSessions(adapter: Startable): Close {
  return { begin: () => adapter.beginShutdown(), end: () => adapter.close() };
}
