import { once } from "node:events";
import { connect, type Socket } from "node:net";

import { App, serve, type AppOptions, type RequestFailed } from "afterwork";
import { expect, onTestFinished, vi } from "vitest";

import { recordLog, type LogLine } from "../../behaviour/support/listen.ts";

/** How requests reach a route: past middleware and standard requests, or through both. */
export type Way = "direct" | "behind middleware";
export const ways: readonly Way[] = ["direct", "behind middleware"];

/** An app on a real socket, and all that a bad request must not leave behind. */
export interface Trial {
  readonly app: App;
  readonly port: number;
  readonly url: string;
  /** Requests that were answered with an error that nobody had foreseen. */
  readonly failures: readonly RequestFailed[];
  /** What was noted by handlers and tasks. */
  readonly notes: string[];
  readonly lines: readonly LogLine[];
  /** What the server itself printed as an error, past the app's log. */
  readonly printed: readonly unknown[];
  /** Proves that the server still answers, and that nothing was reported, logged, printed or noted. */
  expectUntouched(): Promise<void>;
  expectAnswering(): Promise<void>;
}

export async function startTrial(
  define: (app: App, notes: string[]) => void,
  { way = "direct", ...options }: AppOptions & { readonly way?: Way; readonly socketLimit?: number } = {},
): Promise<Trial> {
  const { socketLimit, ...appOptions } = options;
  const { log, lines } = recordLog();
  const notes: string[] = [];
  const failures: RequestFailed[] = [];
  const printed: unknown[] = [];
  const spy = vi.spyOn(console, "error").mockImplementation((...args) => void printed.push(args[0]));
  const app = new App({ log, ...appOptions });
  if (way === "behind middleware") app.use((_context, next) => next());
  app.on("requestFailed", (failed) => void failures.push(failed));
  app.get("/health", () => "well");
  define(app, notes);
  const listening = { port: 0, hostname: "127.0.0.1", signals: false };
  const server = await serve(app, socketLimit === undefined ? listening : { ...listening, socketLimit });
  onTestFinished(async () => {
    spy.mockRestore();
    await server.close();
  });
  const expectAnswering = async (): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${server.port}/health`);
    expect([response.status, await response.json()]).toEqual([200, "well"]);
  };
  return {
    app,
    port: server.port,
    url: `http://127.0.0.1:${server.port}`,
    failures,
    notes,
    lines,
    printed,
    expectAnswering,
    expectUntouched: async () => {
      await expectAnswering();
      await app.idle();
      expect({ failures, notes, lines, printed }).toEqual({ failures: [], notes: [], lines: [], printed: [] });
    },
  };
}

/** Opens a connection that is destroyed when the test ends. */
export async function dial(port: number): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** Sends bytes as they are, and returns all that came until the server closed, or `until` was seen. */
export async function exchange(port: number, sent: string | Uint8Array, until?: RegExp): Promise<string> {
  const socket = await dial(port);
  let received = "";
  const done = new Promise<void>((resolve) => {
    socket.on("data", (chunk) => {
      received += chunk.toString("latin1");
      if (until?.test(received) === true) resolve();
    });
    socket.once("close", () => resolve());
  });
  socket.write(sent);
  await done;
  socket.destroy();
  return received;
}

/** A request as text, which asks the server to close when it has answered. */
export function message(start: string, headers: readonly string[] = [], body = ""): string {
  const host = headers.some((line) => /^host:/i.test(line)) ? [] : ["Host: x"];
  return `${start} HTTP/1.1\r\n${[...host, "Connection: close", ...headers].map((line) => `${line}\r\n`).join("")}\r\n${body}`;
}

/** The same with a body of JSON. */
export function jsonMessage(start: string, body: string, headers: readonly string[] = []): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return message(start, ["Content-Type: application/json", length, ...headers], body);
}

/** The status of a raw response; 0 when none came. */
export function statusOf(received: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(received)?.[1] ?? 0);
}

/** Its body as it came. */
export function bodyOf(received: string): string {
  return received.slice(received.indexOf("\r\n\r\n") + 4);
}
