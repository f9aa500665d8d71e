import { body } from "afterwork";
import { describe, expect, test } from "vitest";
import { z } from "zod";

import {
  bodyOf,
  exchange,
  jsonMessage,
  message,
  startTrial,
  statusOf,
  ways,
  type Trial,
  type Way,
} from "./support/trial.ts";

const limit = 2000;
const item = z.object({ name: z.string(), tags: z.array(z.string()).optional() });

async function start(way: Way): Promise<Trial> {
  return startTrial(
    (app, notes) => {
      app.post("/any", { value: body() }, ({ value, background }) => {
        background.addTask(() => void notes.push("task"));
        return { kind: typeof value };
      });
      app.post("/item", { item: body(item) }, ({ item, background }) => {
        background.addTask(() => void notes.push("task"));
        return item;
      });
    },
    { way, bodyLimit: limit },
  );
}

const chunked = (text: string, type = "application/json"): string =>
  message(
    "POST /any",
    [`Content-Type: ${type}`, "Transfer-Encoding: chunked"],
    `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`,
  );
const typed = (type: string, text: string): string =>
  message("POST /any", [...(type === "" ? [] : [`Content-Type: ${type}`]), `Content-Length: ${text.length}`], text);
const bytes = (...values: (string | readonly number[])[]): Buffer =>
  Buffer.concat(values.map((value) => Buffer.from(value as string)));
const rawJson = (content: Buffer): Buffer =>
  bytes(message("POST /any", ["Content-Type: application/json", `Content-Length: ${content.length}`]), [...content]);
const text = (length: number): string => JSON.stringify("x".repeat(length - 2));

/** What is sent, the status, and words of the body. */
const tries: readonly (readonly [what: string, sent: string | Buffer, status: number, words: string])[] = [
  // Too large, and just not.
  ["a body of exactly the limit", jsonMessage("POST /any", text(limit)), 200, '"string"'],
  ["one byte more", jsonMessage("POST /any", text(limit + 1)), 413, "expected a body of at most 2000 bytes"],
  [
    "exactly the limit in letters of two bytes",
    jsonMessage("POST /any", JSON.stringify("ü".repeat(999))),
    200,
    '"string"',
  ],
  [
    "one letter of two bytes more",
    jsonMessage("POST /any", JSON.stringify("ü".repeat(1000))),
    413,
    "expected a body of at most 2000 bytes",
  ],
  ["a chunked body of exactly the limit", chunked(text(limit)), 200, '"string"'],
  ["a chunked body of one byte more", chunked(text(limit + 1)), 413, "expected a body of at most 2000 bytes"],
  [
    "an announced petabyte",
    message("POST /any", ["Content-Type: application/json", "Content-Length: 1000000000000000"], "{"),
    413,
    "expected a body of at most 2000 bytes",
  ],
  // What is no JSON.
  ["an empty body", jsonMessage("POST /any", ""), 422, '"type":"missing","loc":["body"]'],
  ["blanks only", jsonMessage("POST /any", " \n\t "), 422, '"type":"missing","loc":["body"]'],
  ["no body at all", message("POST /any", ["Content-Type: application/json"]), 422, '"type":"missing","loc":["body"]'],
  ["truncated JSON", jsonMessage("POST /any", '{"name": "a'), 422, "JSON decode error: Unterminated string"],
  ["an open object", jsonMessage("POST /any", '{"name": 1'), 422, '"type":"json_invalid"'],
  ["a trailing comma", jsonMessage("POST /any", '{"name": 1,}'), 422, '"type":"json_invalid"'],
  ["a trailing comma in a list", jsonMessage("POST /any", "[1,]"), 422, '"type":"json_invalid"'],
  ["two documents", jsonMessage("POST /any", "{} {}"), 422, '"type":"json_invalid"'],
  ["NaN", jsonMessage("POST /any", "NaN"), 422, '"type":"json_invalid"'],
  ["Infinity", jsonMessage("POST /any", "[-Infinity]"), 422, '"type":"json_invalid"'],
  ["undefined", jsonMessage("POST /any", "undefined"), 422, '"type":"json_invalid"'],
  ["single quotes", jsonMessage("POST /any", "{'a':1}"), 422, '"type":"json_invalid"'],
  ["a comment", jsonMessage("POST /any", "{} // all"), 422, '"type":"json_invalid"'],
  ["a leading zero", jsonMessage("POST /any", "01"), 422, '"type":"json_invalid"'],
  ["a bare line break in a text", jsonMessage("POST /any", '"a\nb"'), 422, '"type":"json_invalid"'],
  ["a NUL byte", jsonMessage("POST /any", "{}\0"), 422, '"type":"json_invalid"'],
  ["a byte order mark before JSON, which is no part of it", rawJson(bytes([0xef, 0xbb, 0xbf], "{}")), 200, '"object"'],
  ["two byte order marks", rawJson(bytes([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], "{}")), 422, '"type":"json_invalid"'],
  ["UTF-16", rawJson(Buffer.from("{}", "utf16le")), 422, '"type":"json_invalid"'],
  ["invalid UTF-8 outside a text", rawJson(bytes([0xff], "{}")), 422, '"type":"json_invalid"'],
  [
    "invalid UTF-8 within a text",
    rawJson(bytes('"a', [0xff], 'b"')),
    422,
    '"type":"json_invalid","loc":["body"],"msg":"JSON decode error: expected text in UTF-8"',
  ],
  ["half a letter in UTF-8", rawJson(bytes('"', [0xf0, 0x9f, 0x98], '"')), 422, "expected text in UTF-8"],
  ["a surrogate in UTF-8", rawJson(bytes('"', [0xed, 0xa0, 0x80], '"')), 422, "expected text in UTF-8"],
  ["an overlong slash in UTF-8", rawJson(bytes('"', [0xc0, 0xaf], '"')), 422, "expected text in UTF-8"],
  ["Latin-1", rawJson(Buffer.from('"ü"', "latin1")), 422, "expected text in UTF-8"],
  ["invalid UTF-8 in chunks", Buffer.from(chunked('"\xff"'), "latin1"), 422, "expected text in UTF-8"],
  [
    "the mark for what could not be read, which is a letter as any",
    jsonMessage("POST /any", '"\ufffd"'),
    200,
    '"string"',
  ],
  // Media types.
  ["JSON as text/plain", typed("text/plain", "{}"), 415, "expected the content type application/json, got text/plain"],
  [
    "JSON as a form",
    typed("application/x-www-form-urlencoded", "{}"),
    415,
    "expected the content type application/json, got application/x-www-form-urlencoded",
  ],
  ["JSON without a type", typed("", "{}"), 415, "expected the content type application/json, got none"],
  ["a type that only begins so", typed("application/jsonp", "{}"), 415, "got application/jsonp"],
  ["a type that only ends so", typed("text/json", "{}"), 415, "got text/json"],
  ["a list of types", typed("application/json, text/plain", "{}"), 415, "got application/json, text/plain"],
  ["a broken type", typed("application", "{}"), 415, "got application"],
  ["problem+json", typed("application/problem+json", "{}"), 200, '"object"'],
  ["JSON with a charset", typed("Application/JSON; charset=utf-8", "{}"), 200, '"object"'],
  ["a type in quotes", typed('"application/json"', "{}"), 415, "expected the content type application/json"],
  // Keys that reach for a prototype.
  [
    "__proto__",
    jsonMessage("POST /any", '{"__proto__":{"admin":true}}'),
    422,
    '"type":"forbidden_key","loc":["body","__proto__"]',
  ],
  [
    "__proto__ with escapes",
    jsonMessage("POST /any", String.raw`{"\u005f_proto\u005f_":{"admin":true}}`),
    422,
    '"type":"forbidden_key","loc":["body","__proto__"]',
  ],
  [
    "__proto__ deep within",
    jsonMessage("POST /any", '{"a":[{"b":{"__proto__":null}}]}'),
    422,
    '"loc":["body","a",0,"b","__proto__"]',
  ],
  [
    "constructor.prototype",
    jsonMessage("POST /any", '{"constructor":{"prototype":{"x":1}}}'),
    422,
    '"type":"forbidden_key","loc":["body","constructor"]',
  ],
  [
    "constructor.prototype with escapes",
    jsonMessage("POST /any", String.raw`{"\u0063onstructor":{"prototyp\u0065":1}}`),
    422,
    '"type":"forbidden_key"',
  ],
  ["__proto__ as a value", jsonMessage("POST /any", '{"a":"__proto__"}'), 200, '"object"'],
  ["a constructor without a prototype", jsonMessage("POST /any", '{"constructor":"x"}'), 200, '"object"'],
  // What the schema refuses.
  ["null for an object", jsonMessage("POST /item", "null"), 422, '"loc":["body"]'],
  ["a list for an object", jsonMessage("POST /item", "[]"), 422, '"loc":["body"]'],
  [
    "a field that is not there",
    jsonMessage("POST /item", "{}"),
    422,
    '"type":"missing","loc":["body","name"],"msg":"Field required","input":null',
  ],
  ["all faults at once", jsonMessage("POST /item", '{"name":1,"tags":["a",2]}'), 422, '"loc":["body","tags",1]'],
];

describe.each(ways)("a JSON body, %s:", (way) => {
  test.each(tries)("%s", async (_what, sent, status, words) => {
    const trial = await start(way);
    const received = await exchange(trial.port, sent);
    expect([statusOf(received), bodyOf(received)]).toEqual([status, expect.stringContaining(words)]);
    if (status === 200) await expect.poll(() => trial.notes).toEqual(["task"]);
    trial.notes.length = 0;
    await trial.expectUntouched();
  });
});

const depth = 100_000;
const deepLists = "[".repeat(depth) + "]".repeat(depth);
const deepObjects = '{"a":'.repeat(depth) + "1" + "}".repeat(depth);

/** Each is small for its depth, and must cost the server no stack. */
const deep: readonly (readonly [what: string, path: string, body: string])[] = [
  ["lists", "/any", deepLists],
  ["objects", "/any", deepObjects],
  ["lists, with __proto__ beside them", "/any", `{"x":"__proto__","y":${deepLists}}`],
  ["objects, with an escape beside them", "/any", `{"x":"\\u0041","y":${deepObjects}}`],
  ["objects that end in __proto__", "/any", `${'{"a":'.repeat(depth)}{"__proto__":1}${"}".repeat(depth)}`],
  ["lists for a schema that refuses them", "/item", deepLists],
  ["lists within what a schema refuses", "/item", `{"name":${deepLists}}`],
  ["lists that a handler sends back", "/echo", deepLists],
  ["lists for a schema that follows them", "/tree", deepLists],
  ["lists never closed", "/any", "[".repeat(depth)],
];

describe.each(ways)("a body 100,000 levels deep, %s:", (way) => {
  test.each(deep)("%s", async (_what, path, sent) => {
    const trial = await startTrial(
      (app, notes) => {
        app.post("/any", { value: body() }, () => "parsed");
        app.post("/item", { item: body(item) }, () => void notes.push("handler"));
        app.post("/echo", { value: body() }, ({ value }) => value);
        app.post("/tree", { value: body(z.json()) }, () => void notes.push("handler"));
      },
      { way },
    );
    const received = await exchange(trial.port, jsonMessage(`POST ${path}`, sent));
    expect([statusOf(received), bodyOf(received).slice(0, 200)]).toEqual([
      422,
      expect.stringMatching(/"json_too_deep".*expected JSON of at most \d+ levels|"json_invalid"/),
    ]);
    expect(received.length).toBeLessThan(1000);
    await trial.expectUntouched();
  });

  test("a body of 300 levels is nothing special", async () => {
    const trial = await startTrial((app) => app.post("/echo", { value: body(z.json()) }, ({ value }) => value), {
      way,
    });
    const sent = "[".repeat(300) + "]".repeat(300);
    const received = await exchange(trial.port, jsonMessage("POST /echo", sent));
    expect([statusOf(received), bodyOf(received)]).toEqual([200, sent]);
  });

  test("brackets in texts are no levels", async () => {
    const trial = await startTrial((app) => app.post("/echo", { value: body() }, ({ value }) => value), { way });
    const sent = JSON.stringify(`${"[".repeat(5000)}\\"${"{".repeat(5000)}`);
    const received = await exchange(trial.port, jsonMessage("POST /echo", sent));
    expect([statusOf(received), bodyOf(received)]).toEqual([200, sent]);
  });
});

test("what a body wrote into no prototype is not there for the next request", async () => {
  const trial = await startTrial((app) => app.post("/any", { value: body() }, () => "parsed"));
  await exchange(trial.port, jsonMessage("POST /any", '{"__proto__":{"polluted":1}}'));
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});
