import type { BackoffOptions } from "afterwork";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { backoffMs, defaultBackoff } from "../../src/tasks/backoff.ts";

const hourMs = 3_600_000;
const attempts = fc.integer({ min: 1, max: 10_001 });
const randoms = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const backoffs: fc.Arbitrary<BackoffOptions> = fc.record(
  {
    type: fc.constantFrom("fixed", "exponential"),
    delay: fc.integer({ min: 1, max: 2 * hourMs }),
    maxDelay: fc.integer({ min: 1, max: 24 * hourMs }),
    jitter: fc.double({ min: 0, max: 1, noNaN: true }),
  },
  { requiredKeys: ["type", "delay"] },
);

/** The longest wait that is meant: a first wait that is longer than the default bound was asked for. */
function longestMs({ delay, maxDelay }: BackoffOptions): number {
  return Number(maxDelay ?? Math.max(Number(delay), hourMs));
}

test("a wait is never negative, nor longer than the longest, however many attempts there were", () => {
  fc.assert(
    fc.property(backoffs, attempts, randoms, (backoff, attempt, random) => {
      const waitMs = backoffMs(backoff, attempt, random);
      expect(waitMs).toBeGreaterThanOrEqual(0);
      expect(waitMs).toBeLessThanOrEqual(longestMs(backoff));
    }),
  );
});

test("jitter only ever shortens a wait, by no more than its part", () => {
  fc.assert(
    fc.property(backoffs, attempts, randoms, (backoff, attempt, random) => {
      const wholeMs = backoffMs({ ...backoff, jitter: 0 }, attempt, random);
      const waitMs = backoffMs(backoff, attempt, random);
      expect(waitMs).toBeLessThanOrEqual(wholeMs);
      expect(waitMs).toBeGreaterThanOrEqual(wholeMs * (1 - (backoff.jitter ?? 0.2)) - 1e-6);
    }),
  );
});

test("without jitter chance plays no part", () => {
  fc.assert(
    fc.property(backoffs, attempts, randoms, randoms, (backoff, attempt, one, other) => {
      const steady = { ...backoff, jitter: 0 };
      expect(backoffMs(steady, attempt, one)).toBe(backoffMs(steady, attempt, other));
    }),
  );
});

test("exponential waits double until the longest, and never shrink", () => {
  fc.assert(
    fc.property(backoffs, attempts, (backoff, attempt) => {
      const exponential = { ...backoff, type: "exponential", jitter: 0 } as const;
      const [now, next] = [backoffMs(exponential, attempt, 0), backoffMs(exponential, attempt + 1, 0)];
      expect(next).toBe(Math.min(now * 2, longestMs(backoff)));
    }),
  );
});

test("fixed waits are the same for every attempt", () => {
  fc.assert(
    fc.property(backoffs, attempts, randoms, (backoff, attempt, random) => {
      const fixed = { ...backoff, type: "fixed" } as const;
      expect(backoffMs(fixed, attempt, random)).toBe(backoffMs(fixed, 1, random));
    }),
  );
});

test("a duration alone is just that wait, without jitter, however long", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 48 * hourMs }), attempts, randoms, (delay, attempt, random) => {
      expect(backoffMs(delay, attempt, random)).toBe(delay);
    }),
  );
  expect(backoffMs("2h", 1, 0.5)).toBe(2 * hourMs);
});

test("the default is a second, doubled up to an hour, less up to a fifth", () => {
  const waits = [1, 2, 3, 12, 13, 10_000].map((attempt) => backoffMs(defaultBackoff, attempt, 0));
  expect(waits).toEqual([1_000, 2_000, 4_000, 2_048_000, hourMs, hourMs]);
  expect(backoffMs(defaultBackoff, 1, 0.999_999)).toBeCloseTo(800, 2);
});
