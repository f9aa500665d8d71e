import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { untilAborted } from "./until-aborted.ts";

/** Tests often put a function of their own in the place of `fetch`, for what their handlers call. */
const { fetch } = globalThis;

/** A way for requests to what is tested. */
export interface Route {
  /** What paths are relative to, once it is open. Calling it again returns the same. */
  open(): Promise<URL>;
  /** Rejects when the request is aborted, and when the connection breaks before there is a response. */
  send(request: Request): Promise<Response>;
  close(): Promise<void>;
}

/** What answers requests without a socket. */
export interface FetchHandler {
  fetch(request: Request): Response | Promise<Response>;
}

/** To a fetch handler, which is called. */
export class CallRoute implements Route {
  readonly #handler: FetchHandler;

  constructor(handler: FetchHandler) {
    this.#handler = handler;
  }

  open(): Promise<URL> {
    return Promise.resolve(new URL("http://testserver"));
  }

  async send(request: Request): Promise<Response> {
    return untilAborted(this.#handler.fetch(request), request.signal, () => {});
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** To a server that listens already, and goes on. */
export class UrlRoute implements Route {
  readonly #url: URL;

  constructor(url: URL) {
    this.#url = url;
  }

  open(): Promise<URL> {
    return Promise.resolve(this.#url);
  }

  send(request: Request): Promise<Response> {
    return fetch(request);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** To a listener, on a free port of this machine that is its own. */
export class PortRoute implements Route {
  readonly #server: Server;
  #opening: Promise<URL> | undefined;

  constructor(listener: RequestListener) {
    this.#server = createServer(listener);
  }

  open(): Promise<URL> {
    return (this.#opening ??= this.#listen());
  }

  async #listen(): Promise<URL> {
    // A client that somebody forgot to close must not keep the process of the tests alive.
    this.#server.listen(0, "127.0.0.1").unref();
    await once(this.#server, "listening");
    const { port } = this.#server.address() as AddressInfo;
    return new URL(`http://127.0.0.1:${port}`);
  }

  send(request: Request): Promise<Response> {
    return fetch(request);
  }

  /** Connections are cut: no request is left on them. */
  async close(): Promise<void> {
    if (this.#opening === undefined) return;
    await this.#opening;
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
