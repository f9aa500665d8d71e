import { InvalidOptionError } from "afterwork";
import * as fc from "fast-check";
import { describe as group, expect, test } from "vitest";
import {
  aBoolean,
  aFunction,
  anObject,
  aString,
  checkOptions,
  describe,
  nearestName,
  oneOf,
  strings,
  wholeNumber,
  type OptionRule,
} from "../../src/base/options.ts";

const rules = { retries: wholeNumber(0, 10), timeout: aString, retryIf: aFunction };

group("options", () => {
  test("that fit, or are undefined, or absent, pass", () => {
    checkOptions("task", {}, rules);
    checkOptions("task", { retries: 0, timeout: undefined }, rules);
    checkOptions("task", Object.assign(Object.create(null), { retries: 10 }), rules);
  });

  test("of a wrong value name the owner, the option, what was expected and what came", () => {
    expect(() => checkOptions("task audit", { retries: -1 }, rules)).toThrow(
      new InvalidOptionError("task audit: retries: expected a whole number from 0 to 10, got -1"),
    );
  });

  test("that do not exist name the nearest one", () => {
    expect(() => checkOptions("task audit", { retires: 1 }, rules)).toThrow(
      'task audit has no option "retires"; did you mean "retries"?',
    );
  });

  test("that resemble nothing list what there is", () => {
    expect(() => checkOptions("task audit", { colour: 1 }, rules)).toThrow(
      'task audit has no option "colour"; known are retries, timeout, retryIf',
    );
  });

  test.each(["toString", "constructor", "__proto__", "hasOwnProperty"])("called %s are unknown", (name) => {
    const options: unknown = JSON.parse(`{"${name}": 1}`);
    expect(() => checkOptions("task audit", options, rules)).toThrow(/has no option/);
  });

  test.each([null, undefined, 5, "5s", [], () => {}, new Date(0), new Map()])("can't be %o", (bag) => {
    expect(() => checkOptions("task audit", bag, rules)).toThrow(
      /^the options of task audit: expected an object, got /,
    );
  });

  test("carry a stable code", () => {
    expect(() => checkOptions("x", null, rules)).toThrow(expect.objectContaining({ code: "INVALID_OPTION" }));
  });
});

group("a rule", () => {
  const table: [name: string, rule: OptionRule, good: unknown[], bad: unknown[]][] = [
    ["aBoolean", aBoolean, [true, false], [0, "true", null]],
    ["aFunction", aFunction, [() => {}, class {}], [{}, "f", null]],
    ["anObject", anObject, [{}, new Date(0)], [null, [], () => {}, "x"]],
    ["aString", aString, ["x"], ["", 5, null]],
    ["strings", strings, [[], ["a", ""]], ["a", [1], null]],
    ["wholeNumber", wholeNumber(1, 3), [1, 3], [0, 4, 1.5, Number.NaN, Infinity, "2", 2n]],
    ["oneOf", oneOf("after", 2), ["after", 2], ["before", "2", undefined]],
  ];

  test.each(table)("%s accepts what it names and nothing else", (_name, rule, good, bad) => {
    expect(good.filter((value) => !rule.accepts(value))).toEqual([]);
    expect(bad.filter((value) => rule.accepts(value))).toEqual([]);
  });

  test("for whole numbers without an upper bound says so", () => {
    expect(wholeNumber(1).expected).toBe("a whole number of at least 1");
    expect(oneOf("after", "before").expected).toBe('"after" or "before"');
  });
});

group("the description of a value", () => {
  test.each([
    [null, "null"],
    [undefined, "undefined"],
    [1.5, "1.5"],
    [3n, "3"],
    ["a\nb", String.raw`"a\nb"`],
    [[1, 2], "an array of 2"],
    [{ password: "secret" }, "an object"],
    [new Map(), "an object of class Map"],
    [Object.create(null), "an object"],
    [Symbol("s"), "a symbol"],
    [function send() {}, "the function send"],
    [() => {}, "a function"],
  ])("of %o is %s", (value, text) => {
    expect(describe(value)).toBe(text);
  });

  test("stays short whatever the value", () => {
    fc.assert(fc.property(fc.anything(), (value) => describe(value).length < 100));
    expect(describe("x".repeat(100))).toBe(`"${"x".repeat(57)}..."`);
  });
});

group("the nearest name", () => {
  const known = ["concurrency", "maxPending", "timeout"];

  test("is found through typing errors and other cases", () => {
    expect(nearestName("concurency", known)).toBe("concurrency");
    expect(nearestName("maxpending", known)).toBe("maxPending");
    expect(nearestName("timeuot", known)).toBe("timeout");
  });

  test("is none when nothing is near or known", () => {
    expect(nearestName("colour", known)).toBeUndefined();
    expect(nearestName("x", [])).toBeUndefined();
  });

  test("of a known name is itself", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ minLength: 1 }), { selector: (name) => name.toLowerCase() }), (names) => {
        for (const name of names) expect(nearestName(name, names)).toBe(name);
      }),
    );
  });
});
