import { body, path } from "afterwork";
import { describe, expect, test } from "vitest";

import { bodyOf, exchange, message, startTrial, statusOf, ways, type Trial, type Way } from "./support/trial.ts";

async function start(way: Way): Promise<Trial> {
  return startTrial(
    (app) => {
      app.get("/items/:id", { id: path() }, ({ id }) => ({ id }));
      app.post("/items", { item: body() }, ({ item }) => item);
      app.post("/plain", () => "plain");
      app.get("/url", ({ request }) => new URL(request.url).host);
      app.ws("/socket", async ({ socket }) => socket.close());
    },
    { way },
  );
}

const get = (target: string, ...headers: string[]): string => message(`GET ${target}`, headers);
const raw = (...lines: string[]): string => `${lines.join("\r\n")}\r\n\r\n`;
const json = "Content-Type: application/json";

/** What is sent, the status, and words of the body; Node itself answers those that have none. */
const tries: readonly (readonly [what: string, sent: string, status: number, words?: string])[] = [
  // Methods.
  ["an unknown method", raw("BREW /items/1 HTTP/1.1", "Host: x"), 400],
  ["a method in small letters", raw("get /items/1 HTTP/1.1", "Host: x"), 400],
  ["a method that no route has", message("PROPFIND /items/1"), 405, "Method Not Allowed"],
  ["a method that no route has, at no path", message("PROPFIND /none"), 404, "Not Found"],
  ["TRACE", message("TRACE /items/1"), 405, "Method Not Allowed"],
  ["PUT where there is GET", message("PUT /items/1", ["Content-Length: 2"], "{}"), 405, "Method Not Allowed"],
  ["OPTIONS of everything", message("OPTIONS *"), 400],
  ["QUERY", message("QUERY /items/1"), 405, "Method Not Allowed"],
  ["HEAD of a route", message("HEAD /items/1"), 200, ""],
  ["HEAD of a route for POST", message("HEAD /items"), 405, ""],
  ["HEAD of no route", message("HEAD /none"), 404, ""],
  ["HEAD of a socket", message("HEAD /socket"), 426, ""],
  ["HEAD of the documentation", message("HEAD /openapi.json"), 200, ""],
  ["GET of a socket", get("/socket"), 426, '{"detail":"expected a WebSocket handshake"}'],
  ["POST of a socket", message("POST /socket", ["Content-Length: 0"]), 405, "Method Not Allowed"],
  [
    "a body with GET, which nobody reads",
    message("GET /items/1", [json, "Content-Length: 5"], "{bad}"),
    200,
    '{"id":"1"}',
  ],
  ["a body that no input asks for", message("POST /plain", ["Content-Length: 5"], "{bad}"), 200, "plain"],
  // Targets and hosts.
  ["no host", raw("GET /items/1 HTTP/1.1", "Connection: close"), 400],
  [
    "two hosts, of which Node takes the first",
    raw("GET /url HTTP/1.1", "Host: a", "Host: b", "Connection: close"),
    200,
    '"a"',
  ],
  ["an empty host", get("/items/1", "Host:"), 400],
  ["a host with a path", get("/items/1", "Host: x/../y"), 400],
  ["a host with a user", get("/items/1", "Host: user@x"), 400],
  ["a host with a query", get("/items/1", "Host: x?y"), 400],
  ["a host with a blank", get("/items/1", "Host: a b"), 400],
  ["a host with brackets", get("/items/1", "Host: [::1"), 400],
  ["a port that is none", get("/items/1", "Host: x:99999"), 400],
  ["a number that is no host", get("/url", "Host: 999.999.999.999"), 400],
  ["a port in letters", get("/items/1", "Host: x:http"), 400],
  ["a host of IPv6", get("/url", "Host: [::1]:8000"), 200, "[::1]:8000"],
  ["a target without a slash", get("items/1"), 400],
  ["a whole URL as target", get("http://other/items/1"), 200, '{"id":"1"}'],
  ["a whole URL of another scheme", get("ftp://other/items/1"), 400],
  ["a whole URL that is none", get("http://"), 400],
  ["a fragment in the target", get("/items/1#x"), 200, '{"id":"1"}'],
  // Framing.
  [
    "a length and chunks at once",
    raw("POST /items HTTP/1.1", "Host: x", json, "Content-Length: 2", "Transfer-Encoding: chunked") + "0\r\n\r\n",
    400,
  ],
  [
    "two lengths that differ",
    raw("POST /items HTTP/1.1", "Host: x", json, "Content-Length: 2", "Content-Length: 3") + "{}",
    400,
  ],
  ["two lengths in one header", raw("POST /items HTTP/1.1", "Host: x", json, "Content-Length: 2, 2") + "{}", 400],
  ["a length below nothing", raw("POST /items HTTP/1.1", "Host: x", json, "Content-Length: -1"), 400],
  ["a length in hexadecimal", raw("POST /items HTTP/1.1", "Host: x", json, "Content-Length: 0x2") + "{}", 400],
  [
    "a length beyond all numbers",
    raw("POST /items HTTP/1.1", "Host: x", json, `Content-Length: ${"9".repeat(30)}`),
    400,
  ],
  [
    "an unknown encoding of the transfer",
    raw("POST /items HTTP/1.1", "Host: x", json, "Transfer-Encoding: brotli") + "{}",
    400,
  ],
  [
    "chunked, but not in the end",
    raw("POST /items HTTP/1.1", "Host: x", json, "Transfer-Encoding: chunked, gzip") + "{}",
    400,
  ],
  [
    "a chunk whose size is none",
    raw("POST /items HTTP/1.1", "Host: x", json, "Transfer-Encoding: chunked") + "zz\r\n{}\r\n0\r\n\r\n",
    400,
  ],
  [
    "a chunk larger than it says",
    raw("POST /items HTTP/1.1", "Host: x", json, "Transfer-Encoding: chunked") + "1\r\n{}\r\n0\r\n\r\n",
    400,
  ],
  ["another version of HTTP", raw("GET /items/1 HTTP/3.0", "Host: x"), 400],
  ["HTTP/1.0", raw("GET /items/1 HTTP/1.0", "Host: x"), 200, '{"id":"1"}'],
  ["what is no HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400],
  ["a line feed alone", "GET /items/1 HTTP/1.1\nHost: x\n\n", 400],
  ["two thousand headers", get("/items/1", ...Array.from({ length: 2000 }, () => "a:")), 431],
  // Expectations and upgrades.
  ["an expectation that nobody meets", get("/items/1", "Expect: 200-ok"), 417],
  [
    "an upgrade to HTTP/2, which is not taken up",
    raw(
      "GET /items/1 HTTP/1.1",
      "Host: x",
      "Connection: Upgrade, HTTP2-Settings, close",
      "Upgrade: h2c",
      "HTTP2-Settings: AAMAAABkAAQAAP__",
    ),
    200,
    '{"id":"1"}',
  ],
  [
    "an upgrade of POST to HTTP/2",
    raw("POST /items HTTP/1.1", "Host: x", json, "Content-Length: 2", "Connection: Upgrade, close", "Upgrade: h2c") +
      "{}",
    200,
    "{}",
  ],
  [
    "an upgrade to nothing",
    raw("GET /items/1 HTTP/1.1", "Host: x", "Connection: Upgrade, close", "Upgrade:"),
    200,
    '{"id":"1"}',
  ],
];

describe.each(ways)("a request, %s:", (way) => {
  test.each(tries.map((row) => [row[0], row] as const))("%s", async (_what, [, sent, status, words = ""]) => {
    const trial = await start(way);
    const received = await exchange(trial.port, Buffer.from(sent, "latin1"), /^HTTP\/1.1 4\d\d[^]*\r\n\r\n/);
    expect([statusOf(received), bodyOf(received)]).toEqual([status, expect.stringContaining(words)]);
    if (sent.startsWith("HEAD")) expect(bodyOf(received)).toBe("");
    await trial.expectUntouched();
  });

  test("an expectation to go on is met before the body is sent", async () => {
    const trial = await start(way);
    const head = message("POST /items", [json, "Content-Length: 2", "Expect: 100-continue"]);
    expect(await exchange(trial.port, head, /\r\n\r\n/)).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    await trial.expectUntouched();
  });

  test("a method that a path lacks is told which it has", async () => {
    const trial = await start(way);
    expect(await exchange(trial.port, message("DELETE /items/1"))).toMatch(/\r\nallow: GET, HEAD\r\n/i);
    expect(await exchange(trial.port, message("GET /items"))).toMatch(/\r\nallow: POST\r\n/i);
  });

  test("garbage behind a request is no second request", async () => {
    const trial = await start(way);
    const received = await exchange(trial.port, `${raw("GET /items/1 HTTP/1.1", "Host: x")}\0\0garbage\r\n\r\n`);
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 400"]);
    await trial.expectUntouched();
  });

  test("a body that no input asks for is no second request", async () => {
    const trial = await start(way);
    const smuggled = raw("GET /items/smuggled HTTP/1.1", "Host: x");
    const first = raw("POST /plain HTTP/1.1", "Host: x", `Content-Length: ${smuggled.length}`);
    const received = await exchange(trial.port, first + smuggled + get("/items/2"));
    expect(received.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 200", "HTTP/1.1 200"]);
    expect(received).toContain('{"id":"2"}');
    expect(received).not.toContain("smuggled");
  });

  test("a hundred requests in one piece are answered in their order", async () => {
    const trial = await start(way);
    const all = Array.from({ length: 100 }, (_, index) => raw(`GET /items/${index} HTTP/1.1`, "Host: x"));
    const received = await exchange(trial.port, `${all.join("")}${get("/items/last")}`);
    const ids = [...received.matchAll(/\{"id":"(\w+)"\}/g)].map(([, id]) => id);
    expect(ids).toEqual([...Array.from({ length: 100 }, (_, index) => String(index)), "last"]);
  });
});
