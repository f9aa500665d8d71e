import { InvalidOptionError, type Duration } from "afterwork";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { aDuration, aPositiveDuration, toMs } from "../../src/base/durations.ts";

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const units = fc.constantFrom(...(Object.keys(unitMs) as (keyof typeof unitMs)[]));
const tenYearsMs = 10 * 366 * unitMs.d;

test("a number is milliseconds", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: tenYearsMs, noNaN: true }), (ms) => {
      expect(toMs(ms, "wait")).toBe(ms);
    }),
  );
});

test("a text is its number times its unit", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 500 }), units, (count, unit) => {
      expect(toMs(`${count}${unit}`, "wait")).toBe(count * unitMs[unit]);
    }),
  );
  expect(toMs("1.5h", "wait")).toBe(5_400_000);
});

test("the rule for options accepts just what can be converted", () => {
  const anything = fc.oneof(
    fc.anything(),
    fc.double(),
    fc.tuple(fc.double(), units).map(([count, unit]) => count + unit),
  );
  fc.assert(
    fc.property(anything, (value) => {
      const converts = (): number => toMs(value as Duration, "wait");
      if (aDuration.accepts(value)) expect(converts()).toBeGreaterThanOrEqual(0);
      else expect(converts).toThrow(InvalidOptionError);
    }),
  );
});

test.each([
  -1,
  Number.NaN,
  Infinity,
  tenYearsMs + 1,
  "",
  "5",
  "5 s",
  "-5s",
  "1e3ms",
  "5S",
  "5years",
  null,
  {},
  true,
  5n,
])("%o is no duration, and the error names the option", (value) => {
  expect(() => toMs(value as Duration, "task audit: timeout")).toThrow(
    /^task audit: timeout: expected a duration such as 250 \(milliseconds\), "30s", "5m" or "7d", got /,
  );
});

test("nothing at all is a duration but no positive one", () => {
  expect([aDuration.accepts(0), aPositiveDuration.accepts(0), aPositiveDuration.accepts("0s")]).toEqual([
    true,
    false,
    false,
  ]);
  expect([aPositiveDuration.accepts(1), aPositiveDuration.accepts("1ms")]).toEqual([true, true]);
});
