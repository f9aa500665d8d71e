import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Server } from "node:http";

import { body, depends, file } from "afterwork";
import { describe, expect, onTestFinished, test } from "vitest";

import { useTestFolders } from "../app/uploads/form-samples.ts";
import { dial, exchange, message, startTrial, statusOf, ways, type Trial, type Way } from "./support/trial.ts";

const folders = useTestFolders();

async function start(way: Way): Promise<Trial> {
  return startTrial(
    (app, notes) => {
      const session = depends.request(async function* () {
        notes.push("opened");
        yield 1;
        notes.push("committed");
      });
      app.post(
        "/json",
        { session, item: body() },
        ({ background }) => void background.addTask(() => void notes.push("task")),
      );
      app.post("/file", { upload: file() }, ({ background }) => void background.addTask(() => void notes.push("task")));
      app.post("/guarded", { item: body() }, () => "read");
      app.post("/unread", () => "unread");
    },
    { way, bodyLimit: 1000 },
  );
}

const json = (length: number, path = "/json"): string =>
  `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
const upload = (length: number): string =>
  `POST /file HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: ${length}\r\n\r\n`;
const part = '--b\r\nContent-Disposition: form-data; name="upload"; filename="a.txt"\r\n\r\n';

/** What is sent before the client leaves. */
const broken: readonly (readonly [what: string, sent: string])[] = [
  ["half a line", "GET /jso"],
  ["half its headers", "POST /json HTTP/1.1\r\nHost: x\r\nContent-Ty"],
  ["nothing of a body that it announced", json(100)],
  ["half a body", `${json(100)}{"a":`],
  [
    "half a chunk",
    "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{",
  ],
  ["nothing of an upload", upload(5000)],
  ["half of an upload's headers", `${upload(5000)}--b\r\nContent-Dis`],
  ["half of an uploaded file", `${upload(5000)}${part}${"x".repeat(2000)}`],
  ["a file without the final boundary", `${upload(5000)}${part}x\r\n--b`],
];

describe.each(ways)("a client leaves, %s, having sent", (way) => {
  test.each(broken)("%s", async (_what, sent) => {
    const trial = await start(way);
    const socket = await dial(trial.port);
    socket.write(sent);
    await new Promise((resolve) => void setTimeout(resolve, 30));
    socket.destroy();
    await trial.expectAnswering();
    await expect.poll(() => folders.leftovers()).toEqual([]);
    await trial.app.idle();
    expect({ failures: trial.failures, notes: trial.notes, lines: trial.lines, printed: trial.printed }).toEqual({
      failures: [],
      notes: [],
      lines: [],
      printed: [],
    });
  });
});

describe.each(ways)("%s,", (way) => {
  test("a body that comes letter by letter is a body", async () => {
    const trial = await start(way);
    const socket = await dial(trial.port);
    let received = "";
    socket.on("data", (chunk) => void (received += chunk.toString()));
    socket.write(json(12));
    for (const letter of '{"a":[1,2] }') {
      socket.write(letter);
      await new Promise((resolve) => void setTimeout(resolve, 2));
    }
    await expect.poll(() => statusOf(received)).toBe(200);
    await expect.poll(() => trial.notes).toEqual(["opened", "task", "committed"]);
  });

  test("a client that announces too much is answered at once, and its connection ends", async () => {
    const trial = await start(way);
    const started = performance.now();
    const received = await exchange(trial.port, json(1_000_000));
    expect([statusOf(received), performance.now() - started < 5000]).toEqual([413, true]);
    await trial.expectUntouched();
  });

  test("a client that goes on sending chunks is answered, and its connection ends", async () => {
    const trial = await start(way);
    const socket = await dial(trial.port);
    let received = "";
    socket.on("data", (chunk) => void (received += chunk.toString()));
    const closed = new Promise<void>((resolve) => void socket.once("close", () => resolve()));
    socket.write(
      "POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
    );
    const sending = setInterval(() => socket.writable && socket.write(`1f4\r\n${" ".repeat(500)}\r\n`), 5);
    await closed;
    clearInterval(sending);
    expect(statusOf(received)).toBe(413);
    await trial.expectUntouched();
  });

  test("a body that is refused for its type does not hold the next request up", async () => {
    const trial = await start(way);
    const text = "x".repeat(900);
    const wrong = `POST /json HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
    const received = await exchange(trial.port, wrong + message("GET /health"));
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 415", "HTTP/1.1 200"]);
  });

  test("an answer that comes before the body leaves the connection usable", async () => {
    const trial = await start(way);
    const socket = await dial(trial.port);
    let received = "";
    socket.on("data", (chunk) => void (received += chunk.toString()));
    socket.write(json(900, "/unread"));
    await expect.poll(() => received).toContain("unread");
    socket.write(`${" ".repeat(900)}${message("GET /health")}`);
    await expect.poll(() => received.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200"]);
  });
});

test("whoever never sends what was announced is freed by Node's own timeouts", async () => {
  let server: Server | undefined;
  const note = (event: unknown): void => void (server = (event as { server: Server }).server);
  subscribe("http.server.request.start", note);
  onTestFinished(() => void unsubscribe("http.server.request.start", note));
  const trial = await start("direct");
  await trial.expectAnswering();
  expect([server?.headersTimeout, server?.requestTimeout]).toEqual([60_000, 300_000]);
});
