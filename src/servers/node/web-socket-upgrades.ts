import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Duplex } from "node:stream";

type OnUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Is a WebSocket what the request asks to be upgraded to? */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/**
 * Ends connections that ask for another upgrade, such as HTTP/2: whoever listens for upgrades is left alone with their
 * socket. Only for Node before 24.9, which does not ask `shouldUpgradeCallback` and answer them as if they had not asked.
 */
export function refuseOtherUpgrades(http: HttpServer): void {
  for (const accept of http.listeners("upgrade") as OnUpgrade[]) {
    http.off("upgrade", accept);
    http.on("upgrade", (request, socket, head) => {
      if (asksForWebSocket(request)) accept(request, socket, head);
      else
        socket.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    });
  }
}
