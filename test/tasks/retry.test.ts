import { DependencyCleanupError, InvalidOptionError, NonRetryableError, RetryAfterError } from "afterwork";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideRetry } from "../../src/tasks/retry.ts";

const error = new Error("broken");
const options = { retries: 2, backoff: 100 };

describe("after a failed attempt", () => {
  test("there is another one as long as retries are left", () => {
    fc.assert(
      fc.property(fc.nat(20), fc.integer({ min: 1, max: 30 }), (retries, attempt) => {
        expect(decideRetry({ retries }, attempt, error, 0).retry).toBe(attempt <= retries);
      }),
    );
  });

  test("there is no other one without retries", () => {
    expect(decideRetry({}, 1, error, 0)).toEqual({ retry: false });
    expect(decideRetry({ retries: 0 }, 1, new RetryAfterError("1s"), 0)).toEqual({ retry: false });
  });

  test("the wait is that of the backoff, by default a second", () => {
    expect(decideRetry(options, 2, error, 0)).toEqual({ retry: true, delayMs: 100 });
    expect(decideRetry({ retries: 1 }, 1, error, 0)).toEqual({ retry: true, delayMs: 1_000 });
  });
});

describe("NonRetryableError", () => {
  test("ends it at once, whatever else is said", () => {
    const final = new NonRetryableError("no such user", { cause: error });
    expect(decideRetry({ ...options, retryIf: () => true }, 1, final, 0)).toEqual({ retry: false });
    expect(final).toMatchObject({ name: "NonRetryableError", message: "no such user", cause: error });
  });

  test("of a derived class counts as well", () => {
    class UserGone extends NonRetryableError {}
    expect(decideRetry(options, 1, new UserGone(), 0).retry).toBe(false);
  });

  test("counts also when a clean-up failed after it", () => {
    const all = new DependencyCleanupError([new NonRetryableError("gone"), new Error("rollback failed")]);
    expect(decideRetry(options, 1, all, 0).retry).toBe(false);
  });

  test("by which a dependency replaced the task's error counts", () => {
    const all = new DependencyCleanupError([error, new NonRetryableError("translated")]);
    expect(decideRetry(options, 1, all, 0).retry).toBe(false);
  });
});

describe("RetryAfterError", () => {
  test("says the wait, instead of the backoff", () => {
    expect(decideRetry(options, 1, new RetryAfterError("30s"), 0.5)).toEqual({ retry: true, delayMs: 30_000 });
    expect(decideRetry(options, 1, new RetryAfterError(0), 0.5)).toEqual({ retry: true, delayMs: 0 });
  });

  test("says it also when a clean-up failed after it", () => {
    const all = new DependencyCleanupError([new RetryAfterError("30s"), new Error("rollback failed")]);
    expect(decideRetry(options, 1, all, 0)).toEqual({ retry: true, delayMs: 30_000 });
  });

  test("adds no attempts", () => {
    expect(decideRetry(options, 3, new RetryAfterError("30s"), 0)).toEqual({ retry: false });
  });

  test("has a message and a cause of its own if wanted", () => {
    expect(new RetryAfterError("30s")).toMatchObject({ message: "to be tried again after 30s", delayMs: 30_000 });
    expect(new RetryAfterError(5, "throttled", { cause: error })).toMatchObject({ message: "throttled", cause: error });
  });

  test("refuses what is no duration", () => {
    expect(() => new RetryAfterError("soon" as never)).toThrow(InvalidOptionError);
    expect(() => new RetryAfterError(-1)).toThrow(/^RetryAfterError: delay: expected a duration/);
  });
});

describe("retryIf", () => {
  test("is asked about the error, and its no is final", () => {
    const asked: unknown[] = [];
    const retryIf = (thrown: unknown): boolean => asked.push(thrown) === 0;
    expect(decideRetry({ ...options, retryIf }, 1, error, 0)).toEqual({ retry: false });
    expect(asked).toEqual([error]);
  });

  test("that says yes leaves the wait to the backoff", () => {
    expect(decideRetry({ ...options, retryIf: () => true }, 1, error, 0)).toEqual({ retry: true, delayMs: 100 });
  });

  test("that throws counts as no", () => {
    const retryIf = (): never => {
      throw new Error("policy");
    };
    expect(decideRetry({ ...options, retryIf }, 1, error, 0)).toEqual({ retry: false });
  });

  test("is asked about the error that stands, not about the bundle of a failed clean-up", () => {
    const asked: unknown[] = [];
    const retryIf = (thrown: unknown): boolean => asked.push(thrown) > 0;
    const standing = new Error("translated");
    expect(decideRetry({ ...options, retryIf }, 1, new DependencyCleanupError([error, standing]), 0).retry).toBe(true);
    expect(asked).toEqual([standing]);
  });

  test("is not asked when no retries are left", () => {
    let asked = 0;
    decideRetry({ retryIf: () => asked++ === 0 }, 1, error, 0);
    expect(asked).toBe(0);
  });
});
