import type { Context } from "hono";

import type { AppSocket, SocketTransport } from "./app-socket.ts";

/** Makes a socket of a request. It is opened after the response that this returns. */
export type SocketUpgrade = (context: Context, open: (transport: SocketTransport) => AppSocket) => Promise<Response>;

/** Under this key, the environment of `app.fetch` brings what can upgrade its requests. */
export const socketUpgradeKey: unique symbol = Symbol("afterwork.socketUpgrade");

/** What can upgrade this request, if the server knows sockets. */
export function socketUpgradeOf(context: Context): SocketUpgrade | undefined {
  return (context.env as { readonly [socketUpgradeKey]?: SocketUpgrade } | undefined)?.[socketUpgradeKey];
}
