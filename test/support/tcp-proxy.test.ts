import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";

import { TcpProxy } from "./tcp-proxy.ts";

/** A proxy before a server that sends everything back. */
async function startProxy(): Promise<TcpProxy> {
  const server = createServer((socket) => socket.on("error", () => {}).pipe(socket)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = await TcpProxy.start({ host: "127.0.0.1", port: (server.address() as AddressInfo).port });
  onTestFinished(async () => {
    await proxy.close();
    server.close();
  });
  return proxy;
}

class Peer {
  readonly socket: Socket;
  received = "";
  ended = false;

  constructor(proxy: TcpProxy) {
    this.socket = connect(proxy.port, "127.0.0.1");
    this.socket.on("error", () => {});
    this.socket.on("close", () => (this.ended = true));
    this.socket.on("data", (chunk) => (this.received += String(chunk)));
    onTestFinished(() => void this.socket.destroy());
  }

  async hears(text: string): Promise<void> {
    await vi.waitFor(() => expect(this.received).toBe(text), { timeout: 3_000, interval: 5 });
  }

  async ends(): Promise<void> {
    await vi.waitFor(() => expect(this.ended).toBe(true), 10_000);
  }
}

test("it passes everything on, and ends where one side has ended", async () => {
  const proxy = await startProxy();
  const peer = new Peer(proxy);
  const text = "words ".repeat(100_000);
  peer.socket.end(text);
  await peer.hears(text);
  await peer.ends();
  await vi.waitFor(() => expect(proxy.open).toBe(0), 10_000);
  expect(proxy.accepted).toBe(1);
});

test("cut ends what is open, and new connections work", async () => {
  const proxy = await startProxy();
  const peer = new Peer(proxy);
  peer.socket.write("one");
  await peer.hears("one");
  proxy.cut();
  await peer.ends();
  const next = new Peer(proxy);
  next.socket.write("two");
  await next.hears("two");
});

test("stall swallows what comes over old and new connections without ending them, until heal; the old ones stay so", async () => {
  const proxy = await startProxy();
  const old = new Peer(proxy);
  old.socket.write("one");
  await old.hears("one");
  proxy.stall();
  const during = new Peer(proxy);
  old.socket.write("two");
  during.socket.write("three");
  await wait(50);
  await proxy.heal();
  const after = new Peer(proxy);
  after.socket.write("four");
  await after.hears("four");
  expect([old.received, during.received]).toEqual(["one", ""]);
  expect([old.ended, during.ended]).toEqual([false, false]);
  expect(proxy.open).toBe(3);
});

test("throttle slows down what is open and what is new", async () => {
  const proxy = await startProxy();
  const peer = new Peer(proxy);
  peer.socket.write("x");
  await peer.hears("x");
  proxy.throttle(10_000);
  const began = performance.now();
  peer.socket.write("y".repeat(1_000));
  await peer.hears(`x${"y".repeat(1_000)}`);
  // A tenth of a second in each direction.
  expect(performance.now() - began).toBeGreaterThan(150);
});

test("refuse lets nobody in, and leaves those who are", async () => {
  const proxy = await startProxy();
  const peer = new Peer(proxy);
  peer.socket.write("one");
  await peer.hears("one");
  proxy.refuse();
  const refused = new Peer(proxy);
  await refused.ends();
  peer.socket.write("two");
  await peer.hears("onetwo");
  await proxy.heal();
  const next = new Peer(proxy);
  next.socket.write("three");
  await next.hears("three");
});
