import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Duplex } from "node:stream";

type OnUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** Is a WebSocket what the request asks to be upgraded to? */
export function asksForWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/** Can it be one? What `ws` would refuse only when all has been resolved for it. @see RFC 6455, section 4.2.1 */
function isHandshake({ method, headers }: IncomingMessage): boolean {
  const { host = "", "sec-websocket-key": key = "", "sec-websocket-version": version = "" } = headers;
  const isKnown = version === "13" || version === "8";
  return method === "GET" && isKnown && /^[+/0-9A-Za-z]{22}==$/.test(key) && URL.canParse(`http://${host}/`);
}

/**
 * Ends connections that ask for another upgrade, such as HTTP/2: whoever listens for upgrades is left alone with their
 * socket. Only for Node before 24.9, which does not ask `shouldUpgradeCallback` and answer them as if they had not asked.
 */
export function refuseOtherUpgrades(http: HttpServer): void {
  for (const accept of http.listeners("upgrade") as OnUpgrade[]) {
    http.off("upgrade", accept);
    http.on("upgrade", (request, socket, head) => {
      if (asksForWebSocket(request) && isHandshake(request)) accept(request, socket, head);
      else
        socket.on("error", () => {}).end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    });
  }
}
