import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { afterwork } from "afterwork/node";
import { expect, onTestFinished, test } from "vitest";

import { RawConnection } from "../behaviour/support/raw-connection.ts";

/** Asks for the URL of a standard request, which is made of this target and this host. */
async function urlOf(target: string, host: string): Promise<{ readonly status: number; readonly body: string }> {
  const work = afterwork();
  const server = createServer(work.inject(({ request }) => request.url)).listen(0, "127.0.0.1");
  onTestFinished(() => server.close().closeAllConnections());
  await once(server, "listening");
  const connection = await RawConnection.open((server.address() as AddressInfo).port);
  connection.socket.write(`GET ${target} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  return connection.response();
}

test.for([
  ["/path?query=1", "host.test", "http://host.test/path?query=1"],
  ["//path", "host.test:8000", "http://host.test:8000//path"],
  ["/", "[::1]:8000", "http://[::1]:8000/"],
  ["http://asked.test/path", "host.test", "http://asked.test/path"],
] as const)("%s of the host %s is %s", async ([target, host, url]) => {
  expect(await urlOf(target, host)).toMatchObject({ status: 200, body: JSON.stringify(url) });
});

test.for([
  ["/path", "host.test/other?"],
  ["/path", "user@host.test"],
  ["/path", "two hosts"],
  ["/path", "host.test:port"],
  ["*", "host.test"],
] as const)("%s of the host %s is answered 400", async ([target, host]) => {
  expect((await urlOf(target, host)).status).toBe(400);
});
