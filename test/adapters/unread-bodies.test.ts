import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

import { body } from "afterwork";
import { afterwork, type NodeAdapter } from "afterwork/node";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import { RawConnection } from "../behaviour/support/raw-connection.ts";
import { Notes } from "./notes.ts";

const kept = 200_000;
const refused = 2_000_000;

async function connected(listener: ReturnType<NodeAdapter["inject"]>): Promise<RawConnection> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  onTestFinished(() => server.close().closeAllConnections());
  await once(server, "listening");
  return RawConnection.open((server.address() as AddressInfo).port);
}

function post({ socket }: RawConnection, size: number): void {
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n`);
  socket.write(`${size.toString(16)}\r\n${" ".repeat(size)}\r\n0\r\n\r\n`);
}

test("a connection goes on behind a body that nobody has read", async () => {
  const work = afterwork();
  const connection = await connected(work.inject(({ request }) => request.method));
  post(connection, kept);
  expect((await connection.response()).body).toBe('"POST"');
  expect((await connection.request("GET", "/").response()).body).toBe('"GET"');
});

test("a connection goes on behind a body that was too large", async () => {
  const work = afterwork();
  const connection = await connected(work.inject({ data: body(z.unknown().optional()) }, () => "answered"));
  post(connection, refused);
  expect((await connection.response()).status).toBe(413);
  expect((await connection.request("GET", "/").response()).status).toBe(200);
});

test("a task reads the rest of a body that is being read, and learns of one that is gone", async () => {
  const work = afterwork();
  const notes = new Notes();
  const listener = work.inject(({ request, background }) => {
    const reading = request.headers.has("x-late") ? undefined : request.text();
    background.addTask(async () => {
      const text = reading ?? new Promise((resolve) => setImmediate(resolve)).then(() => request.text());
      notes.add(await text.then(({ length }) => `read ${length}`, String));
    });
  });
  const connection = await connected(listener);
  post(connection, kept);
  await connection.response();
  await notes.until(`read ${kept}`);
  connection.socket.write(`POST / HTTP/1.1\r\nhost: x\r\nx-late: 1\r\ncontent-length: ${refused}\r\n\r\n`);
  connection.socket.write(" ".repeat(kept));
  await connection.response();
  await expect.poll(() => notes.lines.at(-1)).toMatch(/not read to its end before the response/);
});
