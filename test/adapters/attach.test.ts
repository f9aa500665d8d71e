import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import { connect, type AddressInfo, type Socket } from "node:net";

import { depends } from "afterwork";
import { afterwork, type NodeAdapter } from "afterwork/node";
import { expect, onTestFinished, test } from "vitest";

import { startChild } from "../behaviour/support/child.ts";
import { Notes } from "./notes.ts";

async function attached(work: NodeAdapter, listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  await work.attach(server, { signals: false });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => void server.close(() => resolve()));
}

async function upgraded(server: Server): Promise<Socket> {
  server.on("upgrade", (_request, socket) => {
    onTestFinished(() => void socket.destroy());
    socket.write("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: test\r\n\r\n");
  });
  const socket = connect(portOf(server), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  socket.write("GET / HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: test\r\n\r\n");
  await once(socket, "data");
  return socket;
}

test("a socket that was upgraded does not hold a shutdown up for ever", async () => {
  const work = afterwork({ shutdown: { drain: "50ms", grace: "50ms" } });
  const server = await attached(work, (_request, response) => void response.end());
  const socket = await upgraded(server);
  await closed(server);
  expect(await work.close()).toEqual([]);
  expect(socket.destroyed).toBe(false);
});

test("an adapter of two servers ends with the last of them", async () => {
  const notes = new Notes();
  const pool = depends.app(async function* pool() {
    yield notes;
    notes.add("pool closed");
  });
  const work = afterwork();
  const go = Promise.withResolvers<void>();
  const answer = work.inject({ pool }, async ({ background }) => {
    notes.add("handler begins");
    await go.promise;
    background.addTask(() => notes.add("task"));
  });
  const first = await attached(work, answer);
  const second = await attached(work, answer);
  const sent = fetch(`http://127.0.0.1:${portOf(second)}`);
  await notes.until("handler begins");
  await closed(first);
  expect(work.ready).toBe(true);
  const closing = closed(second);
  expect(work.ready).toBe(false);
  go.resolve();
  expect((await sent).status).toBe(200);
  await closing;
  expect(notes.lines).toEqual(["handler begins", "task", "pool closed"]);
});

test.for([
  ["an adapter each", {}],
  ["one adapter, of whose servers one leaves signals to others", { SHARED: "1" }],
] as const)("a signal ends the process when all servers have drained: %s", async ([, environment]) => {
  const child = startChild(new URL("attached-servers.ts", import.meta.url), environment);
  await child.line(/^answered/);
  child.process.kill("SIGTERM");
  expect(await child.exit).toBe(0);
  expect(child.lines).toContain("task ended");
});
