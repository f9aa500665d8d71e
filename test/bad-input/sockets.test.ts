import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";

import { HTTPException, type AppSocket } from "afterwork";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

import { handshake } from "./support/handshake.ts";
import { dial, startTrial, statusOf, type Trial } from "./support/trial.ts";

async function start(): Promise<Trial> {
  return startTrial(
    (app) => {
      app.ws("/echo", async ({ socket }) => {
        for await (const message of socket)
          socket.send(typeof message === "string" ? message : `${message.length} bytes`);
      });
    },
    { socketLimit: 1000 },
  );
}

/** A frame of a client: masked, as it must be, unless it is not to be. */
function frame(first: number, payload: Uint8Array, { masked = true, length = payload.length } = {}): Buffer {
  const size = length < 126 ? [length] : [126, length >> 8, length & 255];
  const mask = randomBytes(4);
  const data = payload.map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  return Buffer.from([
    first,
    (size[0] ?? 0) | (masked ? 128 : 0),
    ...size.slice(1),
    ...(masked ? mask : []),
    ...(masked ? data : payload),
  ]);
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);
const none = new Uint8Array();

/** The frames sent, and the code with which the server closes. */
const frames: readonly (readonly [what: string, sent: Buffer, code: number])[] = [
  ["a message of one byte too much", frame(0x81, text("x".repeat(1001))), 1009],
  ["a message that announces a terabyte", Buffer.from([0x82, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 1, 2, 3, 4]), 1009],
  [
    "a message too large in pieces",
    Buffer.concat([frame(0x01, text("x".repeat(600))), frame(0x80, text("x".repeat(600)))]),
    1009,
  ],
  ["text that is no UTF-8", frame(0x81, new Uint8Array([0xff, 0xfe])), 1007],
  ["a frame without a mask", frame(0x81, text("a"), { masked: false }), 1002],
  ["a frame with reserved bits", frame(0xf1, text("a")), 1002],
  ["an unknown kind of frame", frame(0x83, text("a")), 1002],
  ["a continuation of nothing", frame(0x80, text("a")), 1002],
  ["a message within a message", Buffer.concat([frame(0x01, text("a")), frame(0x81, text("b"))]), 1002],
  ["a ping in pieces", frame(0x09, text("a")), 1002],
  ["a ping of 126 bytes", frame(0x89, text("x".repeat(126))), 1002],
  ["a close of one byte", frame(0x88, new Uint8Array([3])), 1002],
  ["a close with a code that is none", frame(0x88, new Uint8Array([0, 1])), 1002],
  ["a close with a reason that is no UTF-8", frame(0x88, new Uint8Array([3, 232, 0xff])), 1007],
  ["what is no frame", Buffer.from("GET / HTTP/1.1\r\n\r\n"), 1002],
  ["a proper close", frame(0x88, new Uint8Array([3, 232])), 1000],
  ["a close without a code", frame(0x88, none), 1005],
];

async function opened(port: number): Promise<Socket> {
  const socket = await dial(port);
  socket.write(handshake("/echo"));
  const [head] = (await once(socket, "data")) as [Buffer];
  expect(statusOf(head.toString("latin1"))).toBe(101);
  return socket;
}

describe("a socket is closed for", () => {
  test.each(frames)("%s", async (_what, sent, code) => {
    const trial = await start();
    const socket = await opened(trial.port);
    const received: Buffer[] = [];
    socket.on("data", (chunk) => received.push(chunk));
    socket.write(sent);
    await once(socket, "close");
    const answer = Buffer.concat(received);
    expect(answer[0]).toBe(0x88);
    expect(answer.length > 2 ? answer.readUInt16BE(2) : 1005).toBe(code);
    await trial.expectUntouched();
  });

  test("a client that cuts the connection, without a report", async () => {
    const trial = await start();
    const socket = await opened(trial.port);
    socket.resetAndDestroy();
    await trial.expectUntouched();
  });

  test("messages of exactly the limit, not at all", async () => {
    const trial = await start();
    const socket = await opened(trial.port);
    socket.write(frame(0x82, new Uint8Array(1000)));
    const [answer] = (await once(socket, "data")) as [Buffer];
    expect(answer.subarray(2).toString()).toBe("1000 bytes");
  });
});

const long = "ü".repeat(200);

/** What a handler does, the code and reason with which it ends, and the words of the report. */
const handlers: readonly (readonly [
  what: string,
  handler: (socket: AppSocket) => unknown,
  code: number,
  reason: string,
  reported?: string,
])[] = [
  [
    "throws an error",
    () => {
      throw new Error("broken handler");
    },
    1011,
    "internal error",
    "broken handler",
  ],
  [
    "throws nothing",
    () => {
      throw undefined;
    },
    1011,
    "internal error",
    "",
  ], // eslint-disable-line no-throw-literal
  ["rejects with a text", () => Promise.reject("text"), 1011, "internal error", ""], // eslint-disable-line prefer-promise-reject-errors
  [
    "refuses",
    () => {
      throw new HTTPException(403, "not here");
    },
    1008,
    "not here",
  ],
  [
    "refuses in more bytes than a reason may have",
    () => {
      throw new HTTPException(403, long);
    },
    1008,
    "ü".repeat(61),
  ],
  [
    "refuses in half of a pair of surrogates",
    () => {
      throw new HTTPException(403, "a\ud800");
    },
    1008,
    "a\ufffd",
  ],
  [
    "refuses with an object",
    () => {
      throw new HTTPException(403, { why: "x" });
    },
    1008,
    "HTTP 403",
  ],
  ["returns a value", () => ({ ignored: 1n }), 1000, ""],
  [
    "closes with a code that is none",
    (socket) => socket.close(999),
    1011,
    "internal error",
    "socket.close: code: expected 1000 or a whole number from 3000 to 4999, got 999",
  ],
  ["closes with a code for the protocol alone", (socket) => socket.close(1006), 1011, "internal error", "got 1006"],
  ["closes with NaN", (socket) => socket.close(Number.NaN), 1011, "internal error", "got NaN"],
  [
    "closes for a reason that is too long",
    (socket) => socket.close(3000, long),
    1011,
    "internal error",
    "socket.close: reason: expected a string of at most 123 bytes",
  ],
  [
    "closes for a reason that is none",
    (socket) => socket.close(3000, 5 as never),
    1011,
    "internal error",
    "socket.close: reason: expected a string of at most 123 bytes, got 5",
  ],
  [
    "closes twice",
    (socket) => {
      socket.close(3001, "first");
      socket.close(3002, "second");
    },
    3001,
    "first",
  ],
  [
    "sends after it has closed",
    (socket) => {
      socket.close(3001, "first");
      socket.send("late");
    },
    3001,
    "first",
  ],
  [
    "sends an object",
    (socket) => socket.send({} as never),
    1011,
    "internal error",
    "socket.send: expected a string or bytes, got an object",
  ],
  [
    "sends null",
    (socket) => socket.send(null as never),
    1011,
    "internal error",
    "socket.send: expected a string or bytes, got null",
  ],
  [
    "sends a number",
    (socket) => socket.send(5 as never),
    1011,
    "internal error",
    "socket.send: expected a string or bytes, got 5",
  ],
  ["sends a big integer as JSON", (socket) => socket.sendJson(1n), 1011, "internal error", "BigInt"],
  [
    "sends a function as JSON",
    (socket) => socket.sendJson(() => 1),
    1011,
    "internal error",
    "what JSON can express, got a function",
  ],
];

describe("when a handler", () => {
  test.each(handlers.map((row) => [row[0], row] as const))("%s", async (_what, [, handler, code, reason, reported]) => {
    const trial = await startTrial((app) => app.ws("/", async ({ socket }) => handler(socket)));
    const socket = new WebSocket(`ws://127.0.0.1:${trial.port}/`);
    onTestFinished(() => socket.terminate());
    const [closedWith, why] = (await once(socket, "close")) as [number, Buffer];
    expect([closedWith, why.toString()]).toEqual([code, reason]);
    await trial.expectAnswering();
    await trial.app.idle();
    const messages = trial.failures.map(({ error }) => (error instanceof Error ? error.message : ""));
    expect(messages).toEqual(reported === undefined ? [] : [expect.stringContaining(reported)]);
    expect({ lines: trial.lines, printed: trial.printed }).toEqual({ lines: [], printed: [] });
  });
});
