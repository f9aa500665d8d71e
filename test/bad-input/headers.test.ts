import { header, HTTPException, query } from "afterwork";
import { describe, expect, test } from "vitest";

import { internal, testAnswers, type Answer } from "./support/answers.ts";
import { exchange, message, startTrial, statusOf, ways } from "./support/trial.ts";

const headers: readonly Answer[] = [
  [
    "a line break in a header",
    ({ response }) => response.headers.set("x-a", "b\r\nx-injected: 1"),
    500,
    internal,
    "invalid",
  ],
  [
    "a line feed in a header",
    ({ response }) => response.headers.append("x-a", "b\nx-injected: 1"),
    500,
    internal,
    "invalid",
  ],
  ["a NUL in a header", ({ response }) => response.headers.set("x-a", "b\0"), 500, internal, "invalid"],
  [
    "a letter beyond Latin-1 in a header",
    ({ response }) => response.headers.set("x-a", "→"),
    500,
    internal,
    "ByteString",
  ],
  [
    "a line break in a header's name",
    ({ response }) => response.headers.set("x-a\r\nx-injected", "1"),
    500,
    internal,
    "invalid",
  ],
  ["an empty header name", ({ response }) => response.headers.set("", "1"), 500, internal, "invalid"],
  [
    "a line break in a cookie's value, which is escaped",
    ({ response }) => response.cookie("c", "a\r\nx-injected: 1"),
    200,
    "null",
  ],
  [
    "a semicolon in a cookie's value, which is escaped",
    ({ response }) => response.cookie("c", "a; x-injected=1"),
    200,
    "null",
  ],
  [
    "a line break in a cookie's name",
    ({ response }) => response.cookie("c\r\nx-injected: 1", "a"),
    500,
    internal,
    "cookie",
  ],
  ["a semicolon in a cookie's name", ({ response }) => response.cookie("c; x-injected", "a"), 500, internal, "cookie"],
  ["an empty cookie name", ({ response }) => response.cookie("", "a"), 500, internal, "cookie"],
  [
    "a line break in a cookie's path",
    ({ response }) => response.cookie("c", "a", { path: "/\r\nx-injected: 1" }),
    500,
    internal,
    "path",
  ],
  [
    "a semicolon in a cookie's domain",
    ({ response }) => response.cookie("c", "a", { domain: "x; x-injected" }),
    500,
    internal,
    "domain",
  ],
  [
    "an age of a cookie that is no number",
    ({ response }) => response.cookie("c", "a", { maxAge: Number.NaN }),
    500,
    internal,
    "maxAge",
  ],
  [
    "an age of a cookie of 1000 years",
    ({ response }) => response.cookie("c", "a", { maxAge: 3e10 }),
    500,
    internal,
    "",
  ],
  [
    "an unknown option of a cookie",
    ({ response }) => response.cookie("c", "a", { maxage: 1 } as never),
    500,
    internal,
    'response.cookie has no option "maxage"; did you mean "maxAge"?',
  ],
  [
    "a cookie's value that is no text",
    ({ response }) => response.cookie("c", undefined as never),
    500,
    internal,
    "response.cookie: value: expected a string, got undefined",
  ],
  [
    "a status below",
    ({ response }) => void (response.status = 199),
    500,
    internal,
    "response.status: expected a whole number from 200 to 599, got 199",
  ],
  ["a status beyond", ({ response }) => void (response.status = 600), 500, internal, "got 600"],
  ["a status with a fraction", ({ response }) => void (response.status = 200.5), 500, internal, "got 200.5"],
  ["a status that is no number", ({ response }) => void (response.status = "201" as never), 500, internal, 'got "201"'],
  ["NaN for a status", ({ response }) => void (response.status = Number.NaN), 500, internal, "got NaN"],
  ["null for a status", ({ response }) => void (response.status = null as never), 500, internal, "got null"],
  [
    "a length that is wrong, which is put right",
    ({ response }) => response.headers.set("content-length", "3"),
    200,
    "null",
  ],
  [
    "a trailer",
    ({ response }) => response.headers.set("trailer", "x-sum"),
    500,
    internal,
    "expected a response without the header trailer, which is for the server to set",
  ],
  [
    "an encoding of the transfer that is the server's to choose",
    ({ response }) => response.headers.set("transfer-encoding", "gzip"),
    500,
    internal,
    "expected a response without the header transfer-encoding, which is for the server to set",
  ],
  ["an upgrade that nobody asked for", ({ response }) => response.headers.set("upgrade", "h2c"), 200, "null"],
];

const circular: { self?: unknown } = {};
circular.self = circular;
const fail =
  (status: number, detail: unknown, fields: object = {}) =>
  (): never => {
    throw new HTTPException(status, detail, fields as Record<string, string>);
  };
const exceptions: readonly Answer[] = [
  [
    "a line break in a header",
    fail(400, "x", { "x-a": "b\r\nx-injected: 1" }),
    500,
    internal,
    'the answer to HTTPException "x" can\'t be sent',
  ],
  ["a header name that is none", fail(400, "x", { "x a": "b" }), 500, internal, "can't be sent"],
  ["a letter beyond Latin-1 in a header", fail(400, "x", { "x-a": "→" }), 500, internal, "can't be sent"],
  ["null for the headers", fail(400, "x", null as never), 500, internal, ""],
  ["a detail that is a circle", fail(400, circular), 500, internal, "can't be sent"],
  ["a detail that is a big integer", fail(400, 1n), 500, internal, "can't be sent"],
  ["a detail that is a function", fail(400, () => 1), 500, internal, "can't be sent"],
  ["a detail that is null", fail(400, null), 400, '{"detail":null}'],
  ["another type of content", fail(400, "x", { "content-type": "text/html" }), 400, '{"detail":"x"}'],
];

testAnswers("sets", headers);
testAnswers("throws an HTTPException with", exceptions);

describe.each(ways)("what a request brings into headers, %s,", (way) => {
  const injected = encodeURIComponent("a\r\nx-injected: 1\r\n\r\n<script>");

  test.each(["header", "cookie", "name", "exception", "response", "redirect"])(
    "as %s, injects nothing",
    async (place) => {
      const trial = await startTrial(
        (app) => {
          app.get("/header", { value: query() }, ({ value, response }) => response.headers.set("x-value", value));
          app.get("/cookie", { value: query() }, ({ value, response }) => response.cookie("c", value));
          app.get("/name", { value: query() }, ({ value, response }) => response.cookie(value, "c"));
          app.get("/exception", { value: query() }, ({ value }) => fail(400, "x", { "x-value": value })());
          app.get("/response", { value: query() }, ({ value }) => new Response("x", { headers: { "x-value": value } }));
          app.get(
            "/redirect",
            { value: query() },
            ({ value }) => new Response(null, { status: 302, headers: { location: value } }),
          );
        },
        { way },
      );
      const received = await exchange(trial.port, message(`GET /${place}?value=${injected}`));
      expect(statusOf(received)).toBe(place === "cookie" ? 200 : 500);
      expect(received).not.toMatch(/\r\nx-injected|<script>/i);
      expect(trial.failures.length).toBe(place === "cookie" ? 0 : 1);
      expect(trial.printed).toEqual([]);
      await trial.expectAnswering();
    },
  );

  test("a header that is read and set again is sent once", async () => {
    const trial = await startTrial(
      (app) => app.get("/", { xA: header() }, ({ xA, response }) => response.headers.set("x-b", xA)),
      { way },
    );
    const received = await exchange(trial.port, message("GET /", ["x-a: one", "x-a: two"]));
    expect(received.match(/x-b: .*/g)).toEqual(["x-b: one, two"]);
  });
});
