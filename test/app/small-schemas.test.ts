import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bool, int, number, type BoolSchema, type NumberSchema } from "../../src/app/schemas/small-schemas.ts";
import { isStandardSchema, toJsonSchema } from "../../src/app/schemas/standard-schema.ts";

type AnySmallSchema = NumberSchema<unknown, unknown> | BoolSchema<unknown, unknown>;

/** The value, or the type of the one fault. */
function read(schema: AnySmallSchema, value: unknown): unknown {
  const result = schema["~standard"].validate(value);
  return result.issues === undefined ? result.value : result.issues.map(({ type }) => type).join();
}

function message(schema: AnySmallSchema, value: unknown): string | undefined {
  return schema["~standard"].validate(value).issues?.[0]?.message;
}

describe("int", () => {
  test.each([
    ["0", 0],
    ["42", 42],
    ["-7", -7],
    ["+7", 7],
    ["007", 7],
    ["-0", 0],
    ["9007199254740991", Number.MAX_SAFE_INTEGER],
    [42, 42],
    [-0, 0],
  ])("reads %j as %j", (value, whole) => expect(read(int, value)).toBe(whole));

  test.each([
    "",
    " ",
    " 1",
    "1 ",
    "1\n",
    "1.0",
    "1.",
    "1e3",
    "0x10",
    "0b1",
    "1_000",
    "1,000",
    "9007n",
    "９",
    "١",
    "--1",
    "NaN",
    "Infinity",
    "−1",
  ])("refuses the text %j", (value) => expect(read(int, value)).toBe("int_parsing"));

  test.each([
    [1.5, "int_from_float"],
    [Number.NaN, "finite_number"],
    [Number.POSITIVE_INFINITY, "finite_number"],
    [2 ** 53, "int_parsing_size"],
    ["9007199254740992", "int_parsing_size"],
    ["-9007199254740993", "int_parsing_size"],
    ["9".repeat(400), "int_parsing_size"],
    [true, "int_type"],
    [null, "int_type"],
    [["1"], "int_type"],
    [1n, "int_type"],
    [undefined, "missing"],
  ])("refuses %s as %s", (value, type) => expect(read(int, value)).toBe(type));

  test("reads back every safe integer, as text and as a number", () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(read(int, String(value))).toBe(value + 0);
        expect(read(int, value)).toBe(value + 0);
      }),
    );
  });

  test("whatever text it accepts has digits only and stands for that safe integer", () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^[0-9+-]?[0-9. eExX_９]{0,20}$/));
    fc.assert(
      fc.property(texts, (text) => {
        const result = int["~standard"].validate(text);
        if (result.issues !== undefined) return;
        expect(text).toMatch(/^[+-]?[0-9]+$/);
        expect(BigInt(result.value)).toBe(BigInt(text.replace("+", "")));
      }),
    );
  });
});

describe("number", () => {
  test.each([
    ["1", 1],
    ["-1.5", -1.5],
    [".5", 0.5],
    ["5.", 5],
    ["1e3", 1000],
    ["1E-3", 0.001],
    ["-0", 0],
    [2.5, 2.5],
  ])("reads %j as %j", (value, decimal) => expect(read(number, value)).toBe(decimal));

  test.each(["", ".", "-", " 1", "1 ", "0x10", "1e", "e1", "1.2.3", "1,5", "Infinity", "NaN", "１.５"])(
    "refuses the text %j",
    (value) => expect(read(number, value)).toBe("float_parsing"),
  );

  test.each([
    ["1e999", "finite_number"],
    [Number.NaN, "finite_number"],
    [false, "float_type"],
    [null, "float_type"],
    [undefined, "missing"],
  ])("refuses %s as %s", (value, type) => expect(read(number, value)).toBe(type));

  test("reads back every finite number that JavaScript writes", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(read(number, String(value))).toBe(value + 0);
        expect(read(number, value)).toBe(value + 0);
      }),
    );
  });

  test("takes a long wrong text in no time", () => {
    const text = `${"1".repeat(200_000)}x`;
    const started = performance.now();
    expect(read(number, text)).toBe("float_parsing");
    expect(performance.now() - started).toBeLessThan(500);
  });
});

describe("bool", () => {
  test.each(["true", "TRUE", "True", "1", "yes", "Yes", "on", "ON", true])("reads %j as true", (value) =>
    expect(read(bool, value)).toBe(true),
  );

  test.each(["false", "FALSE", "0", "no", "nO", "off", "Off", false])("reads %j as false", (value) =>
    expect(read(bool, value)).toBe(false),
  );

  test.each([
    ["", "bool_parsing"],
    [" true", "bool_parsing"],
    ["2", "bool_parsing"],
    ["constructor", "bool_parsing"],
    [1, "bool_type"],
    [null, "bool_type"],
    [undefined, "missing"],
  ])("refuses %j as %s", (value, type) => expect(read(bool, value)).toBe(type));
});

describe("refinements", () => {
  test("bounds are part of the range", () => {
    const port = int.min(1).max(65_535);
    expect([0, 1, 65_535, 65_536].map((value) => read(port, value))).toEqual([
      "greater_than_equal",
      1,
      65_535,
      "less_than_equal",
    ]);
  });

  test("within bounds is what a bounded schema accepts, and nothing else", () => {
    const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
    fc.assert(
      fc.property(finite, finite, finite, (one, other, value) => {
        const [least, most] = [Math.min(one, other), Math.max(one, other)];
        const accepted = number.min(least).max(most)["~standard"].validate(String(value)).issues === undefined;
        expect(accepted).toBe(value >= least && value <= most);
      }),
    );
  });

  test("a default stands in for undefined only", () => {
    const limit = int.min(1).default(10);
    expect([undefined, "5", "0", null].map((value) => read(limit, value))).toEqual([
      10,
      5,
      "greater_than_equal",
      "int_type",
    ]);
    expect(read(bool.default(false), undefined)).toBe(false);
  });

  test("an optional value may be undefined, and is checked otherwise", () => {
    expect(read(number.optional(), undefined)).toBeUndefined();
    expect(read(number.optional().min(1), "0")).toBe("greater_than_equal");
    expect(read(bool.optional(), "x")).toBe("bool_parsing");
  });

  test("the last word on absence counts", () => {
    expect(read(int.default(1).optional(), undefined)).toBeUndefined();
    expect(read(int.optional().default(1), undefined)).toBe(1);
    expect(read(int.default(1).default(2), undefined)).toBe(2);
  });

  test("bounds may follow a default", () => expect(read(int.default(3).max(5), undefined)).toBe(3));

  test("a refinement leaves the schema it was made from as it was", () => {
    const digits = int.min(0);
    digits.max(9).default(5);
    expect([read(digits, 10), read(digits, undefined), read(int, -1)]).toEqual([10, "missing", -1]);
  });

  test.each([
    ["a bound that is not finite", () => int.min(Number.NaN), "int.min: expected a finite number, got NaN"],
    [
      "a minimum over the maximum",
      () => number.min(5).max(3),
      "number.max: expected 5 or more, as its minimum is, got 3",
    ],
    [
      "a default out of bounds",
      () => int.min(1).default(0),
      "int.default: expected a value that the schema itself accepts, got 0",
    ],
    [
      "bounds that leave the default outside",
      () => int.default(0).min(1),
      "int.default: expected a value that the schema itself accepts, got 0",
    ],
    [
      "a fraction as the default of int",
      () => int.default(1.5),
      "int.default: expected a value that the schema itself accepts, got 1.5",
    ],
    [
      "text as a default",
      () => bool.default("yes" as unknown as boolean),
      'bool.default: expected true or false, got "yes"',
    ],
  ])("%s is refused where it is written", (_, define, words) => {
    expect(define).toThrow(expect.objectContaining({ code: "INVALID_OPTION", message: words }));
  });
});

describe("as Standard Schemas", () => {
  test.each([
    ["int", int],
    ["number", number],
    ["bool", bool],
  ])("%s is one", (_, schema) => expect(isStandardSchema(schema)).toBe(true));

  test("messages are FastAPI's", () => {
    expect([
      message(int, "x"),
      message(number, "x"),
      message(bool, "x"),
      message(int.min(1), "0"),
      message(int.max(1), "2"),
      message(int, undefined),
    ]).toEqual([
      "Input should be a valid integer, unable to parse string as an integer",
      "Input should be a valid number, unable to parse string as a number",
      "Input should be a valid boolean, unable to interpret input",
      "Input should be greater than or equal to 1",
      "Input should be less than or equal to 1",
      "Field required",
    ]);
  });

  test("they describe themselves as JSON Schema, in both directions", () => {
    expect(toJsonSchema(int.min(1).max(9).default(5), "input")).toEqual({
      type: "integer",
      minimum: 1,
      maximum: 9,
      default: 5,
    });
    expect(toJsonSchema(number.default(5).optional(), "output")).toEqual({ type: "number" });
    expect(toJsonSchema(bool.default(true), "input")).toEqual({ type: "boolean", default: true });
  });

  test("an unknown dialect of JSON Schema is refused", () => {
    expect(() => int["~standard"].jsonSchema.input({ target: "draft-2050" })).toThrow("draft-2050");
  });
});
