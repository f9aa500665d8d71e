const key = "dGhlIHNhbXBsZSBub25jZQ==";

/** The request for a WebSocket. */
export function handshake(target: string, headers: readonly string[] = [], version = 13): string {
  const lines = [
    `GET ${target} HTTP/1.1`,
    "Host: x",
    "Connection: Upgrade",
    "Upgrade: websocket",
    `Sec-WebSocket-Version: ${version}`,
  ];
  return `${[...lines, ...(headers.some((line) => line.startsWith("Sec-WebSocket-Key")) ? [] : [`Sec-WebSocket-Key: ${key}`]), ...headers].join("\r\n")}\r\n\r\n`;
}
