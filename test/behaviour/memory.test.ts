import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { fileURLToPath } from "node:url";

import { expect, onTestFinished, test } from "vitest";

/** What the server holds. */
interface Holdings {
  readonly ran: number;
  readonly heap: number;
  /** The part of the heap where small objects that live long are. */
  readonly oldSpace: number;
  readonly resources: readonly string[];
  readonly processListeners: number;
  readonly socketListeners: number;
}

const paths = ["/function", "/async", "/task", "/stream"];
const connections = 50;
const requests = 100_000;
const warmUp = 20_000;
/** Eleven bytes for each request would be more. What the compiler of the source needs comes and goes elsewhere. */
const oldSpaceToleranceMb = 1;
const heapToleranceMb = 4;

const megabytes = (bytes: number): number => bytes / 1024 / 1024;

async function ask<Answer>(server: ChildProcess, question: number): Promise<Answer> {
  const answer = once(server, "message");
  server.send(question);
  return ((await answer) as [Answer])[0];
}

/** Sends requests one after the other on one connection; a response ends with the last bytes of its body. */
function drive(socket: Socket, path: string, count: number): Promise<void> {
  const request = `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const isEnd =
    path === "/stream" ? (text: string) => text.endsWith("\r\n0\r\n\r\n") : (text: string) => text.endsWith("}");
  let left = count;
  let text = "";
  const onData = (chunk: Buffer): void => {
    text += chunk.toString("latin1");
    if (!isEnd(text)) return;
    if (!text.startsWith("HTTP/1.1 200")) return reject(new Error(text));
    text = "";
    left -= 1;
    if (left > 0) return void socket.write(request);
    socket.off("data", onData);
    resolve();
  };
  socket.on("data", onData);
  socket.once("close", () => reject(new Error("the server closed the connection")));
  socket.write(request);
  return promise;
}

test("after 100,000 requests with a task each, memory, timers and listeners are back where they were", async () => {
  const script = fileURLToPath(new URL("./fixtures/memory-server.ts", import.meta.url));
  const server = fork(script, { execArgv: ["--expose-gc", "--conditions=afterwork-source"], stdio: "inherit" });
  onTestFinished(() => void server.kill("SIGKILL"));
  const [{ port }] = (await once(server, "message")) as [{ port: number }];
  const sockets = await Promise.all(
    Array.from({ length: connections }, async () => {
      const socket = connect(port, "127.0.0.1");
      onTestFinished(() => void socket.destroy());
      await once(socket, "connect");
      return socket;
    }),
  );
  const sendAll = async (count: number): Promise<void> => {
    const each = count / connections / paths.length;
    for (const path of paths) await Promise.all(sockets.map((socket) => drive(socket, path, each)));
  };
  await sendAll(warmUp);
  const before = await ask<Holdings>(server, warmUp);
  await sendAll(requests);
  const after = await ask<Holdings>(server, warmUp + requests);
  for (const part of ["heap", "oldSpace"] as const) {
    console.log(
      `${part}: ${megabytes(before[part]).toFixed(2)} MB before, ${megabytes(after[part]).toFixed(2)} MB after`,
    );
  }
  expect([before.ran, after.ran]).toEqual([warmUp, warmUp + requests]);
  expect(megabytes(after.oldSpace - before.oldSpace)).toBeLessThan(oldSpaceToleranceMb);
  expect(megabytes(after.heap - before.heap)).toBeLessThan(heapToleranceMb);
  expect(after.resources).toEqual(before.resources);
  expect(after.processListeners).toBe(before.processListeners);
  expect(after.socketListeners).toBe(before.socketListeners);
  expect(after.socketListeners).toBeGreaterThanOrEqual(connections);
}, 120_000);
