import { App, InvalidArgumentsError, memory, task, type Engine } from "afterwork";
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { openEngine, withChanges } from "./support/engines.ts";
import { listen, recordLog } from "./support/listen.ts";
import { forEachStore } from "./support/shared-store.ts";

const keep = task("keep", { durable: true }, (_context, value: unknown, _second?: unknown) => value);
const strict = task(
  "strict",
  { durable: true, args: z.tuple([z.object({ id: z.number().positive() }), z.email()]) },
  (_context, _user: { id: number }, _mail: string) => {},
);
const slowSchema = task(
  "slow-schema",
  { durable: true, args: z.tuple([z.string().refine(async () => true)]) },
  (_context, _text: string) => {},
);
const badKey = task(
  "bad-key",
  { durable: true, unique: { key: (value: { name: string }) => value.name } },
  (_context, _value: { name: string }) => {},
);

/** An engine that counts what reaches its store. */
function counted(): { engine: Engine; inserts: () => number } {
  let inserts = 0;
  const store = memory();
  const counting = withChanges(store, {
    insert: (jobs) => {
      inserts += 1;
      return store.insert(jobs);
    },
  });
  return { engine: openEngine({ store: counting, tasks: [keep, strict, slowSchema, badKey] }), inserts: () => inserts };
}

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

function cyclic(): unknown {
  const value: Record<string, unknown> = {};
  value["self"] = value;
  return value;
}

class Money {
  readonly cents = 5;
}

const unstorable: readonly (readonly [name: string, value: unknown, message: RegExp])[] = [
  ["NaN", Number.NaN, /NaN/],
  ["Infinity", { rate: Number.NEGATIVE_INFINITY }, /\.rate/],
  ["a bigint", 1n, /bigint/],
  ["a symbol", Symbol("x"), /symbol/],
  ["a function", () => {}, /function/],
  ["a method", { user: { save() {} } }, /\.user\.save/],
  ["a Date", { when: [new Date(0)] }, /\.when\[0\]/],
  ["a Map", new Map([[1, 2]]), /Map/],
  ["a Set", new Set([1]), /Set/],
  ["bytes", new Uint8Array(3), /Uint8Array/],
  ["an instance of a class", new Money(), /Money|prototype/],
  ["an error", new Error("x"), /Error|prototype/],
  ["a promise", Promise.resolve(1), /Promise|prototype/],
  ["undefined in a list", [1, undefined], /\[1\]/],
  ["a list with a hole", [1, , 3], /hole/], // oxlint-disable-line no-sparse-arrays
  ["a list with properties", Object.assign([1], { index: 0 }), /named properties/],
  ["a symbol for a key", { [Symbol("x")]: 1 }, /symbol/],
  ["itself inside of itself", cyclic(), /inside of itself/],
  ["what is too deep", nested(1_000), /levels/],
  ["what is too large", "x".repeat(1_048_577), /1048576 bytes/],
  ["what is too large when it is written", { text: "\u0000".repeat(300_000) }, /1048576 bytes/],
  ["a shared part that is endless as text", shared(30), /bytes/],
];

/** Tiny in memory, 2^n times as large as text. */
function shared(levels: number): unknown {
  let value: unknown = "x";
  for (let level = 0; level < levels; level += 1) value = [value, value];
  return value;
}

describe("29: arguments that don't round-trip → rejected at the call, nothing stored", () => {
  test.each(unstorable)("%s", async (_name, value, message) => {
    const { engine, inserts } = counted();
    const rejected = engine.enqueue(keep, value);
    await expect(rejected).rejects.toBeInstanceOf(InvalidArgumentsError);
    await expect(rejected).rejects.toThrow(message);
    expect(inserts()).toBe(0);
  });

  test("undefined before another argument; at the end it is left out", async () => {
    const { engine } = counted();
    await expect(engine.enqueue(keep, undefined, 1)).rejects.toThrow(/keep: argument 1: expected plain JSON/);
    expect((await (await engine.enqueue(keep, 1, undefined)).read()).args).toEqual([1]);
  });

  test("in bulk: nothing is stored, not even what comes before the bad one", async () => {
    const { engine, inserts } = counted();
    const calls = Array.from({ length: 3_000 }, (_, index) => [keep, index === 2_999 ? Number.NaN : index] as const);
    await expect(engine.enqueueMany(calls)).rejects.toBeInstanceOf(InvalidArgumentsError);
    expect(inserts()).toBe(0);
  });

  test("in a handler: addTask throws, so the handler may catch it; the request's other tasks are stored", async () => {
    const engine = openEngine({ tasks: [keep] });
    const app = new App({ engine, work: false, log: recordLog().log })
      .post("/caught", ({ background }) => {
        background.addTask(keep, 1);
        try {
          background.addTask(keep, { at: new Date(0) });
          return "stored";
        } catch (error) {
          return (error as Error).message;
        }
      })
      .post("/thrown", ({ background }) => {
        background.addTask(keep, 2);
        background.addTask(keep, 1n);
      });
    const { url } = await listen(app);
    const caught = await fetch(`${url}/caught`, { method: "POST" });
    expect(await caught.json()).toMatch(/^keep: argument 1 \(\.at\): expected plain JSON, got an object of class Date/);
    expect((await fetch(`${url}/thrown`, { method: "POST" })).status).toBe(500);
    expect((await engine.jobs()).jobs.map(({ args }) => args)).toEqual([[1]]);
  });
});

describe("29: arguments that fail the schema, or make no key → rejected at the call, nothing stored", () => {
  test("all that is wrong with them is said", async () => {
    const { engine, inserts } = counted();
    const rejected = engine.enqueue(strict, { id: -1 }, "nobody");
    await expect(rejected).rejects.toMatchObject({
      code: "INVALID_ARGUMENTS",
      issues: [{ path: [0, "id"] }, { path: [1] }],
      details: { task: "strict" },
    });
    await engine.enqueue(strict, { id: 1 }, "a@example.org");
    expect(inserts()).toBe(1);
  });

  test("a schema that takes its time is refused: the call can't wait", async () => {
    const { engine, inserts } = counted();
    await expect(engine.enqueue(slowSchema, "x")).rejects.toBeInstanceOf(InvalidArgumentsError);
    expect(inserts()).toBe(0);
  });

  test("a key function that throws, or returns no text", async () => {
    const { engine, inserts } = counted();
    await expect(engine.enqueue(badKey, JSON.parse("null") as never)).rejects.toThrow(/key function of unique threw/);
    await expect(engine.enqueue(badKey, JSON.parse("{}") as never)).rejects.toThrow(/return a string, got undefined/);
    expect(inserts()).toBe(0);
  });
});

forEachStore("29: what is plain JSON comes back as it was", (fresh) => {
  test("as an argument and as a result", async () => {
    const values: readonly unknown[] = [
      "",
      "a\u0000b",
      "\ud800 alone",
      "😀\u2028",
      0,
      -1.5e-300,
      Number.MAX_SAFE_INTEGER,
      true,
      null,
      [],
      {},
      [[[]]],
      { "": { "a.b": [null] } },
      JSON.parse('{"__proto__":{"x":1},"constructor":2}'),
      "x".repeat(1_000_000),
    ];
    const engine = openEngine({ store: fresh().open(), tasks: [keep] });
    await engine.work();
    const jobs = await engine.enqueueMany(values.map((value) => [keep, value] as const));
    expect(await Promise.all(jobs.map((job) => job.result()))).toEqual(values);
  });
});
