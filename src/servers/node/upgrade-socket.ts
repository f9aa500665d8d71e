import { upgradeWebSocket } from "@hono/node-server";

import type { AppSocket, SocketMessage } from "../../app/socket/app-socket.ts";
import type { SocketUpgrade } from "../../app/socket/socket-upgrade.ts";

/** Makes a socket of a request to Node's HTTP server. */
export const upgradeSocket: SocketUpgrade = (context, open) => {
  let socket: AppSocket | undefined;
  return upgradeWebSocket(context, {
    onOpen: (_event, connection) => {
      socket = open({
        send: (message) => connection.send(message as string | Uint8Array<ArrayBuffer>),
        close: (code, reason) => connection.close(code, reason),
      });
    },
    onMessage: (event) => socket?.noteMessage(toMessage(event.data)),
    onClose: (event) => socket?.noteClosed({ code: event.code, reason: event.reason }),
  });
};

function toMessage(data: unknown): SocketMessage {
  return data instanceof ArrayBuffer ? new Uint8Array(data) : String(data);
}
