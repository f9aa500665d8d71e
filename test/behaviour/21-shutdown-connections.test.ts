import { once } from "node:events";

import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

import { RawConnection } from "./support/raw-connection.ts";
import { startShutdownServer, type ShutdownServer } from "./support/shutdown-server.ts";

async function openSocket({ port }: ShutdownServer, path: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  onTestFinished(() => socket.terminate());
  await once(socket, "message");
  return socket;
}

/** Long before the patience of twenty seconds ends. */
const soonMs = 5_000;

describe("21: what is open when the signal comes", () => {
  test("a request at hand is answered in full, and told that its connection ends", async () => {
    const server = await startShutdownServer();
    const connection = await RawConnection.open(server.port);
    connection.request("GET", "/slow");
    await server.line(/request started/);
    const stopped = server.stop();
    await expect.poll(() => fetch(server.url).catch(() => "refused")).toBe("refused");
    server.release();
    const response = await connection.response();
    expect([response.status, response.body]).toEqual([200, '{"ready":false}']);
    await connection.closed;
    const { code, ms } = await stopped;
    expect(code).toBe(0);
    expect(ms).toBeLessThan(soonMs);
    expect(server.lines).not.toContain("request aborted");
  });

  test("keep-alive connections don't hold it up", async () => {
    const server = await startShutdownServer();
    const connections = await Promise.all(Array.from({ length: 20 }, () => RawConnection.open(server.port)));
    for (const connection of connections) await connection.request("GET", "/ready").response();
    const { code, ms } = await server.stop();
    expect(code).toBe(0);
    expect(ms).toBeLessThan(soonMs);
    await Promise.all(connections.map(({ closed }) => closed));
  });

  test("a stream is told to end at once, and ends cleanly", async () => {
    const server = await startShutdownServer();
    const reader = (await fetch(`${server.url}/events`)).body?.getReader();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("data: first\n\n");
    const stopped = server.stop();
    expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe("data: last\n\n");
    expect((await reader?.read())?.done).toBe(true);
    const { code, ms } = await stopped;
    expect(code).toBe(0);
    expect(ms).toBeLessThan(soonMs);
  });

  test("a stream that begins while the server drains is told at once, too", async () => {
    const server = await startShutdownServer();
    const answer = fetch(`${server.url}/late-stream`);
    await server.line(/request started/);
    const stopped = server.stop();
    await expect.poll(() => fetch(server.url).catch(() => "refused")).toBe("refused");
    server.release();
    expect(await (await answer).text()).toBe("firstlast");
    const { code, ms } = await stopped;
    expect(code).toBe(0);
    expect(ms).toBeLessThan(soonMs);
  });

  test("a socket is closed with 1001, and its handler ends", async () => {
    const server = await startShutdownServer();
    const socket = await openSocket(server, "/socket");
    const closed = once(socket, "close");
    const { code, ms } = await server.stop();
    expect((await closed)[0]).toBe(1001);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(soonMs);
    expect(server.lines).toContain("socket closed 1001");
  });
});

describe("21: what never ends can't hold the process up past its budget", () => {
  const short = { DRAIN: "300ms", GRACE: "300ms" };

  test("a request that hangs is cut off", async () => {
    const server = await startShutdownServer(short);
    const cut = fetch(`${server.url}/hung`).catch(() => "cut");
    await server.line(/request started/);
    const { ms } = await server.stop();
    expect(await cut).toBe("cut");
    expect(ms).toBeLessThan(soonMs);
  });

  test("the handler of a socket that hangs", async () => {
    const server = await startShutdownServer(short);
    await fetch(`${server.url}/ready`);
    await openSocket(server, "/hung-socket");
    const { code, ms } = await server.stop();
    expect(code).toBe(1);
    expect(ms).toBeLessThan(soonMs);
    expect(server.lines.at(-1)).toBe("app scope closed");
    expect(server.errors()).toMatch(/abandoned.*\/hung-socket/s);
  });

  test("a clean-up of request scope that hangs", async () => {
    const server = await startShutdownServer(short);
    await fetch(`${server.url}/ready`);
    await fetch(`${server.url}/hung-session`);
    await server.line(/session hangs/);
    const { code, ms } = await server.stop();
    expect(code).toBe(1);
    expect(ms).toBeLessThan(soonMs);
    expect(server.lines.at(-1)).toBe("app scope closed");
    expect(server.errors()).toMatch(/abandoned.*GET \/hung-session/s);
  });

  test("a second signal hurries those as well", async () => {
    const server = await startShutdownServer({ DRAIN: "1m", GRACE: "1m" });
    await fetch(`${server.url}/ready`);
    await fetch(`${server.url}/hung-session`);
    await server.line(/session hangs/);
    const stopped = server.stop();
    await expect.poll(() => fetch(server.url).catch(() => "refused")).toBe("refused");
    server.process.kill("SIGTERM");
    const { code, ms } = await stopped;
    expect([code, server.lines.at(-1)]).toEqual([1, "app scope closed"]);
    expect(ms).toBeLessThan(soonMs);
  });

  test("a client that reads nothing more", async () => {
    const server = await startShutdownServer(short);
    const connection = await RawConnection.open(server.port);
    connection.socket.pause();
    connection.request("GET", "/events");
    const { ms } = await server.stop();
    expect(ms).toBeLessThan(soonMs);
  });
});
