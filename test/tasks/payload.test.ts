import { InvalidArgumentsError, InvalidResultError, task, type Codec, type TaskOptions } from "afterwork";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { decodeArgs, decodeResult, encodeArgs, encodeResult, maxPayloadBytes } from "../../src/tasks/payload.ts";

const send = task("send", { durable: true }, (_context, ..._args: never[]) => {});
const withOptions = (options: TaskOptions) =>
  task("send", { durable: true, ...options } as { durable: true }, () => {});

/** The message with which arguments are refused. */
function refusal(...args: readonly unknown[]): string {
  try {
    encodeArgs(send, args);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidArgumentsError);
    return (error as Error).message;
  }
  return "accepted";
}

describe("arguments that are plain JSON", () => {
  test("come back as they are", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 5 })), (args) => {
        const values = args.filter((value) => !hasMinusZero(value));
        expect(decodeArgs(send, encodeArgs(send, values))).toEqual(values);
      }),
    );
  });

  test("come back or are refused, whatever they are", () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withUnicodeString: true,
      withBoxedValues: true,
    } as fc.ObjectConstraints);
    fc.assert(
      fc.property(anything, (value) => {
        const message = refusal("first", value, "last");
        if (message !== "accepted") return;
        const [, back] = decodeArgs(send, encodeArgs(send, ["first", value, "last"]));
        expect(withoutGaps(back)).toEqual(withoutGaps(value));
      }),
      { numRuns: 2_000 },
    );
  });

  test("keep every character, lone surrogates and zeros included", () => {
    const text = '\u0000 \uD800 \u2028 \uFFFF ü 🎉 \\ "';
    expect(decodeArgs(send, encodeArgs(send, [text, { [text]: text }]))).toEqual([text, { [text]: text }]);
  });

  test("keep a property called __proto__", () => {
    const [value] = decodeArgs(send, encodeArgs(send, [JSON.parse('{ "__proto__": { "x": 1 } }')]));
    expect(Object.getOwnPropertyNames(value)).toEqual(["__proto__"]);
  });

  test("may share parts and have no prototype", () => {
    const part = { x: 1 };
    const bare: unknown = Object.assign(Object.create(null), { part });
    expect(decodeArgs(send, encodeArgs(send, [part, [part, part], bare]))).toEqual([part, [part, part], { part }]);
  });

  test("lose what is undefined: at their end, and as a property", () => {
    expect(encodeArgs(send, ["a", undefined, undefined])).toBe('["a"]');
    expect(encodeArgs(send, [undefined])).toBe("[]");
    expect(encodeArgs(send, [{ a: undefined, b: 1 }])).toBe('[{"b":1}]');
  });

  test("have no negative zero", () => {
    expect(encodeArgs(send, [-0, [-0]])).toBe("[0,[0]]");
  });
});

class Account {
  readonly id = 1;
}
const cyclic: Record<string, unknown> = { name: "x" };
cyclic["self"] = { back: cyclic };

describe("arguments that are none", () => {
  test.each<[what: string, args: readonly unknown[], message: string]>([
    [
      "a date",
      ["x", { user: { createdAt: new Date() } }],
      "argument 2 (.user.createdAt): expected plain JSON, got an object of class Date; pass a string, or give the task a codec",
    ],
    ["a map", [new Map()], "argument 1: expected plain JSON, got an object of class Map; pass a plain object, or"],
    [
      "a set",
      [{ tags: new Set() }],
      "argument 1 (.tags): expected plain JSON, got an object of class Set; pass an array, or",
    ],
    ["bytes", [Buffer.from("x")], "argument 1: expected plain JSON, got an object of class Buffer; pass a string, or"],
    [
      "an instance",
      [{ account: new Account() }],
      "argument 1 (.account): expected plain JSON, got an object of class Account; pass a plain object, or",
    ],
    [
      "an object with another prototype",
      [Object.create({ x: 1 })],
      "got an object with a prototype of its own; pass a plain object, or",
    ],
    ["a derived array", [new (class List extends Array {})()], "got an array"],
    ["a boxed string", [Object("x")], "got an object of class String"],
    ["an error", [new Error("x")], "got an object of class Error"],
    ["a promise", [Promise.resolve()], "got an object of class Promise"],
    ["NaN", [[1, Number.NaN]], "argument 1 ([1]): expected plain JSON, got NaN; pass null, or give the task a codec"],
    ["infinity", [-Infinity], "argument 1: expected plain JSON, got -Infinity; pass null, or"],
    ["a bigint", [{ id: 5n }], "argument 1 (.id): expected plain JSON, got a bigint; pass a string, or"],
    [
      "a function",
      [{ after: [() => {}] }],
      "argument 1 (.after[0]): expected plain JSON, got a function; pass data, or",
    ],
    ["a method", [{ save() {} }], "argument 1 (.save): expected plain JSON, got the function save; pass data, or"],
    [
      "an object with toJSON",
      [{ toJSON: () => 1 }],
      "argument 1 (.toJSON): expected plain JSON, got the function toJSON",
    ],
    ["a symbol", [Symbol("x")], "argument 1: expected plain JSON, got a symbol; pass a string, or"],
    [
      "a symbol for a key",
      [{ [Symbol("x")]: 1 }],
      "argument 1: expected plain JSON, got an object with a symbol for a key",
    ],
    ["undefined before others", [undefined, 1], "argument 1: expected plain JSON, got undefined; pass null, or"],
    ["undefined in an array", [[1, undefined]], "argument 1 ([1]): expected plain JSON, got undefined; pass null, or"],
    [
      "a hole",
      [Array.from({ length: 0 }).concat([1]).concat(Array(2))],
      "argument 1 ([1]): expected plain JSON, got a hole; pass null, or",
    ],
    [
      "a match",
      ["abc".match(/b/)],
      "argument 1: expected plain JSON, got an array with named properties; pass an object, or",
    ],
    ["a cycle", [cyclic], "expected plain JSON, got more than 500 levels, or an object inside of itself"],
    [
      "a key that is no name",
      [{ "a key": { "": 5n } }],
      'argument 1 (["a key"][""]): expected plain JSON, got a bigint',
    ],
  ])("are refused with their path: %s", (_what, args, message) => {
    expect(refusal(...args)).toContain(`send: ${message.startsWith("argument") ? "" : "argument 1"}`);
    expect(refusal(...args)).toContain(message);
  });

  test("may be 500 levels deep, and no deeper", () => {
    const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)]);
    expect(refusal(nested(500))).toBe("accepted");
    expect(refusal(nested(501))).toContain("more than 500 levels");
  });

  test("are refused with a stable code, the task's name and the path as data", () => {
    const error = thrown(() => encodeArgs(send, ["x", { at: [new Date(0)] }]));
    expect(error).toMatchObject({ code: "INVALID_ARGUMENTS", details: { task: "send" } });
    expect((error as InvalidArgumentsError).issues[0]?.path).toEqual([1, "at", 0]);
  });
});

describe("a payload that is too large", () => {
  const limit = `expected at most ${maxPayloadBytes} bytes of text`;

  test("is refused, counted in bytes", () => {
    expect(refusal("x".repeat(maxPayloadBytes - 4))).toBe("accepted");
    expect(refusal("x".repeat(maxPayloadBytes - 3))).toBe(
      `send: the arguments: ${limit}; store the data somewhere else, and pass a reference to it`,
    );
    expect(refusal("ü".repeat(maxPayloadBytes / 2))).toContain(limit);
    expect(refusal("ü".repeat(maxPayloadBytes / 2 - 2))).toBe("accepted");
  });

  test("is refused before it is written, though its parts are shared", () => {
    let value: unknown = ["x".repeat(100)];
    for (let level = 0; level < 60; level += 1) value = [value, value];
    expect(refusal(value)).toContain(limit);
    expect(() => encodeResult(send, value)).toThrow(`send: its result: ${limit}; store it somewhere else`);
  });
});

describe("a schema of the arguments", () => {
  const options = { args: z.tuple([z.string().min(2), z.object({ age: z.number() }).optional()]) };

  test("refuses what it does not accept, with every issue", () => {
    const error = thrown(() => encodeArgs(withOptions(options), ["x", { age: "5" }]));
    expect(error.message).toMatch(/^send: argument 1: .+; argument 2 \(\.age\): .+/);
    expect((error as InvalidArgumentsError).issues.map(({ path }) => path)).toEqual([[0], [1, "age"]]);
  });

  test("sees the arguments without what is undefined at their end, and changes nothing", () => {
    const trimming = { args: z.tuple([z.string().trim()]) };
    expect(encodeArgs(withOptions(options), ["xx", undefined])).toBe('["xx"]');
    expect(encodeArgs(withOptions(trimming), [" x "])).toBe('[" x "]');
  });

  test("that can't answer at once is refused, and its answer is nobody's concern", () => {
    const validate = (): Promise<never> => Promise.reject(new Error("x"));
    const slow = { "~standard": { version: 1, vendor: "test", validate } } as const;
    const awaiting = z.tuple([z.string().refine(async () => Promise.resolve(true))]);
    for (const args of [slow, awaiting]) {
      expect(() => encodeArgs(withOptions({ args }), ["x"])).toThrow(
        "send: the arguments: their schema is asynchronous, and they are checked at the call",
      );
    }
  });

  test("that throws is named as the cause", () => {
    const cause = new Error("broken");
    const broken = { "~standard": { version: 1, vendor: "test", validate: () => raise(cause) } } as const;
    const error = thrown(() => encodeArgs(withOptions({ args: broken }), []));
    expect(error).toMatchObject({ message: "send: the arguments: their schema threw: broken", cause });
  });
});

describe("a codec", () => {
  const dates: Codec = {
    stringify: (value) =>
      JSON.stringify(value, function (this: Record<string, unknown>, key) {
        const own = this[key];
        return own instanceof Date ? { $date: own.getTime() } : own;
      }),
    parse: (text) =>
      JSON.parse(text, (_key, value: { $date?: number } | null) => {
        return typeof value === "object" && value?.$date !== undefined ? new Date(value.$date) : value;
      }) as unknown,
  };
  const task = withOptions({ codec: dates });

  test("takes and gives what it knows", () => {
    const args = ["x", { at: new Date(5) }];
    expect(decodeArgs(task, encodeArgs(task, args))).toEqual(args);
    expect(decodeResult(task, encodeResult(task, new Date(5)))).toEqual(new Date(5));
  });

  const cause = new Error("no such type");
  const refusing = withOptions({ codec: { stringify: () => raise(cause), parse: () => raise(cause) } });

  test("that throws is named as the cause", () => {
    const message = "send: the arguments: the codec refused them: no such type";
    expect(thrown(() => encodeArgs(refusing, []))).toMatchObject({ code: "INVALID_ARGUMENTS", message, cause });
    expect(thrown(() => encodeResult(refusing, 1))).toMatchObject({ code: "RESULT_INVALID", cause });
    expect(thrown(() => decodeArgs(refusing, "[]"))).toMatchObject({ code: "INVALID_ARGUMENTS", cause });
    expect(thrown(() => decodeResult(refusing, "1"))).toMatchObject({ code: "RESULT_INVALID", cause });
  });

  test("that makes no text is told so", () => {
    const silent = withOptions({ codec: { stringify: () => undefined as never, parse: JSON.parse } });
    expect(() => encodeArgs(silent, [])).toThrow("expected the codec to make a string of them, got undefined");
    expect(() => encodeResult(silent, 1)).toThrow(
      "its result: expected the codec to make a string of it, got undefined",
    );
  });
});

describe("a result", () => {
  test("comes back as it is, undefined as nothing at all", () => {
    expect(encodeResult(send, undefined)).toBeUndefined();
    expect(decodeResult(send, undefined)).toBeUndefined();
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        fc.pre(!hasMinusZero(value));
        expect(decodeResult(send, encodeResult(send, value))).toEqual(value);
      }),
    );
  });

  test("that is no plain JSON is refused with its path", () => {
    const error = thrown(() => encodeResult(send, { rows: [{ at: new Date() }] }));
    expect(error).toBeInstanceOf(InvalidResultError);
    expect(error.message).toBe(
      "send: its result (.rows[0].at): expected plain JSON, got an object of class Date; return a string, or give the task a codec",
    );
    expect(() => encodeResult(send, 5n, 'step "fetch"')).toThrow(
      'send: step "fetch": expected plain JSON, got a bigint',
    );
  });
});

describe("text that can't be read", () => {
  test.each(["", "{", "null", "{}", '"x"'])("as arguments is told so: %o", (text) => {
    expect(thrown(() => decodeArgs(send, text))).toMatchObject({ code: "INVALID_ARGUMENTS" });
    expect(thrown(() => decodeArgs(send, text)).message).toMatch(/^send: the arguments: can't be read: /);
  });

  test("as a result is told so", () => {
    expect(() => decodeResult(send, "{")).toThrow(/^send: its result can't be read: /);
  });

  test("of a task that nobody knows any longer is read as JSON", () => {
    expect([decodeArgs(undefined, "[1]"), decodeResult(undefined, '{"a":1}')]).toEqual([[1], { a: 1 }]);
  });
});

function thrown(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error("expected an error, got none");
}

function raise(error: Error): never {
  throw error;
}

function hasMinusZero(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.values(value).some((part) => hasMinusZero(part));
  return Object.is(value, -0);
}

/** The same value as it may come back: without what is undefined, a prototype of null, and the sign of zero. */
function withoutGaps(value: unknown): unknown {
  if (value === 0) return 0;
  if (Array.isArray(value)) return value.map((part) => withoutGaps(part));
  if (typeof value !== "object" || value === null) return value;
  const known = Object.entries(value).filter(([, part]) => part !== undefined);
  return new Map(known.map(([key, part]) => [key, withoutGaps(part)]));
}
