import { describe, expect, test } from "vitest";
import { z } from "zod";

import { internal, testAnswers, type Answer } from "./support/answers.ts";
import { bodyOf, exchange, message, startTrial, statusOf, ways } from "./support/trial.ts";

const circular: { self?: unknown } = {};
circular.self = circular;
const nested = (levels: number): unknown => {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
};
const withThen = (value: unknown): object =>
  Object.defineProperty({}, ["th", "en"].join(""), { value, enumerable: true });
const raise = (error: unknown) => (): never => {
  throw error;
};
class Point {
  readonly x = 1;
  #y = 2;
  get sum(): number {
    return this.x + this.#y;
  }
}
const values: readonly Answer[] = [
  ["undefined", () => undefined, 200, "null"],
  ["null", () => null, 200, "null"],
  ["an empty text", () => "", 200, '""'],
  ["NaN", () => Number.NaN, 200, "null"],
  ["a date", () => new Date(0), 200, '"1970-01-01T00:00:00.000Z"'],
  ["a date that is none", () => new Date(Number.NaN), 200, "null"],
  ["an instance of a class, as its own fields", () => new Point(), 200, '{"x":1}'],
  ["a map, of which JSON knows nothing", () => new Map([["a", 1]]), 200, "{}"],
  ["an error, of which JSON knows nothing", () => new Error("secret"), 200, "{}"],
  ["an object without a prototype", () => Object.assign(Object.create(null), { a: 1 }) as object, 200, '{"a":1}'],
  ["a key called __proto__", () => JSON.parse('{"__proto__":1}') as object, 200, '{"__proto__":1}'],
  ["half of a pair of surrogates", () => "\ud800", 200, String.raw`"\ud800"`],
  ["a big integer", () => ({ id: 1n }), 500, internal, "BigInt"],
  ["a circle", () => circular, 500, internal, "circular"],
  ["what is too deep for JSON", () => nested(100_000), 500, internal, "Maximum call stack"],
  ["a function", () => () => 1, 500, internal, "expected the handler to return what JSON can express, got a function"],
  ["a symbol", () => Symbol("x"), 500, internal, "expected the handler to return what JSON can express, got a symbol"],
  [
    "a generator, whose values nobody would send",
    () =>
      (function* () {
        yield 1;
      })(),
    500,
    internal,
    "expected the handler to return what JSON can express, got a generator",
  ],
  [
    "what throws when it is encoded",
    () => ({
      toJSON() {
        throw new RangeError("no JSON of this");
      },
    }),
    500,
    internal,
    "no JSON of this",
  ],
  [
    "what encodes to nothing",
    () => ({ toJSON: () => undefined }),
    500,
    internal,
    "expected the handler to return what JSON can express, got an object",
  ],
  ["a promise that rejects with nothing", () => Promise.reject(), 500, internal, ""], // eslint-disable-line prefer-promise-reject-errors
  ["a promise that never was one", () => withThen("later"), 200, '{"then":"later"}'],
  [
    "what throws when it is awaited",
    () => withThen(raise(new Error("thrown by then"))),
    500,
    internal,
    "thrown by then",
  ],
];

const thrown: readonly Answer[] = (
  [undefined, null, "a text", 42, 1n, Symbol("s"), {}, Object.create(null), []] as unknown[]
).map((value) => [value === null ? "null" : `a value of the type ${typeof value}`, raise(value), 500, internal, ""]);

testAnswers("returns", values);
testAnswers("throws", thrown);

describe.each(ways)("a response schema, %s,", (way) => {
  const shape = z.object({ id: z.number() });
  const misfit = "the returned value misfits the response schema: id: ";
  test.each([
    ["that the value misfits", shape, { id: "x" }, 500, internal, misfit],
    ["that the value lacks a field of", shape, {}, 500, internal, misfit],
    ["that the value has more than", shape, { id: 1, password: "x" }, 200, '{"id":1}', undefined],
    ["that is asynchronous", shape.refine(async ({ id }) => id > 0), { id: 1 }, 200, '{"id":1}', undefined],
    [
      "that is asynchronous and refuses",
      shape.refine(async ({ id }) => id > 0),
      { id: 0 },
      500,
      internal,
      "misfits the response schema",
    ],
    [
      "that throws",
      shape.transform(() => {
        throw new Error("broken schema");
      }),
      { id: 1 },
      500,
      internal,
      "broken schema",
    ],
    [
      "that rejects",
      { "~standard": { version: 1, vendor: "x", validate: () => Promise.reject(new Error("broken schema")) } },
      { id: 1 },
      500,
      internal,
      "broken schema",
    ],
    ["that makes what JSON lacks", shape.transform(({ id }) => BigInt(id)), { id: 1 }, 500, internal, "BigInt"],
    [
      "that answers nothing",
      { "~standard": { version: 1 as const, vendor: "x", validate: () => undefined as never } },
      { id: 1 },
      500,
      internal,
      "",
    ],
  ])("%s", async (_what, response, value, status, body, reported) => {
    const trial = await startTrial((app) => app.get("/", {}, { response: response as never } as {}, () => value), {
      way,
    });
    const received = await exchange(trial.port, message("GET /"));
    expect([statusOf(received), bodyOf(received)]).toEqual([status, body]);
    expect(trial.failures.map(({ error }) => (error as Error).message)).toEqual(
      reported === undefined ? [] : [expect.stringContaining(reported)],
    );
    await trial.expectAnswering();
  });
});
