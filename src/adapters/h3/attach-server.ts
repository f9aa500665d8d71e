import type { Server as HttpServer } from "node:http";

import type { Startable } from "../../app/servable-app.ts";
import { aBoolean, checkOptions, expected } from "../../base/options.ts";
import { attach, type AttachableServer, type AttachOptions } from "../attach.ts";

/** What `serve` of H3 returns, on any runtime. */
export interface H3Server {
  close(closeAll?: boolean): Promise<void>;
  readonly node?: { readonly server?: unknown };
}

/**
 * Ties an adapter to a server: starts it, and from now on `server.close()` drains the tasks before it resolves. On Node it
 * shuts down in the order of the documentation, also by signals; elsewhere signals are the user's.
 *
 * @throws whatever a dependency of `app` scope fails with; the server is left as it was.
 */
export async function attachServer(app: Startable, server: H3Server, options: AttachOptions = {}): Promise<void> {
  if (typeof server?.close !== "function") throw expected("attach", "a server of H3", server);
  checkOptions("attach", options, { signals: aBoolean });
  const http = server.node?.server;
  const stop = server.close.bind(server);
  if (http !== undefined) {
    await attach(app, http as AttachableServer, options);
    // H3's own resolves at once where the server listens no more, as it does when a shutdown has begun.
    server.close = async (closeAll?: boolean): Promise<void> => {
      await Promise.all([stop(closeAll), closed(http as HttpServer)]);
    };
    return;
  }
  await app.start();
  server.close = async (closeAll?: boolean): Promise<void> => {
    app.beginShutdown();
    await stop(closeAll);
    await app.close();
  };
}

function closed(http: HttpServer): Promise<void> {
  return new Promise(
    (resolve, reject) => void http.close((error) => (error === undefined ? resolve() : reject(error))),
  );
}
