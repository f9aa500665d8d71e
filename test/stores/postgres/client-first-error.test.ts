import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { expect, test } from "vitest";
import { postgres } from "../../../src/stores/postgres/postgres.ts";

test("a server that says goodbye in the packet of its welcome ends no process", async () => {
  await using server = await welcomeAndGoodbye();
  const store = postgres(`postgres://postgres@127.0.0.1:${server.port}/test`, { listen: false });
  await expect(store.open()).rejects.toMatchObject({ code: "STORE_FAULT", passing: true });
  await store.close();
});

/** As a server in a fast restart does. @see https://www.postgresql.org/docs/current/protocol-message-formats.html */
async function welcomeAndGoodbye(): Promise<{ readonly port: number } & AsyncDisposable> {
  const goodbye = "SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0";
  const packet = Buffer.concat([message("R", number(0)), message("Z", "I"), message("E", goodbye)]);
  const server: Server = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(packet));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => void server.close(),
  };
}

function message(type: string, body: Buffer | string): Buffer {
  const content = Buffer.from(body);
  return Buffer.concat([Buffer.from(type), number(content.length + 4), content]);
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
