import { AfterworkError, InvalidOptionError, depends, query, task, type TaskOptions } from "afterwork";
import { describe, expect, test } from "vitest";

const duration = 'a duration such as 250 (milliseconds), "30s", "5m" or "7d"';

/** Option, bad value, and what the message says after the option's name. */
const bad: [option: string, value: unknown, message: string][] = [
  ["retries", -1, "expected a whole number from 0 to 10000, got -1"],
  ["retries", 1.5, "expected a whole number from 0 to 10000, got 1.5"],
  ["retries", 10_001, "expected a whole number from 0 to 10000, got 10001"],
  ["retries", Number.NaN, "expected a whole number from 0 to 10000, got NaN"],
  ["retries", Infinity, "expected a whole number from 0 to 10000, got Infinity"],
  ["retries", "3", 'expected a whole number from 0 to 10000, got "3"'],
  ["retries", null, "expected a whole number from 0 to 10000, got null"],
  ["timeout", 0, `expected ${duration}, more than 0, got 0`],
  ["timeout", -5, `expected ${duration}, more than 0, got -5`],
  ["timeout", "30 s", `expected ${duration}, more than 0, got "30 s"`],
  ["timeout", "0s", `expected ${duration}, more than 0, got "0s"`],
  ["timeout", "20y", `expected ${duration}, more than 0, got "20y"`],
  ["timeout", {}, `expected ${duration}, more than 0, got an object`],
  ["backoff", true, "expected a duration or an object with type and delay, got true"],
  ["backoff", [], "expected a duration or an object with type and delay, got an array of 0"],
  ["backoff", 0, `expected ${duration}, more than 0, got 0`],
  ["backoff", "soon", `expected ${duration}, more than 0, got "soon"`],
  ["backoff", new Date(0), `expected ${duration}, more than 0, got an object of class Date`],
  ["retryIf", "yes", 'expected a function, got "yes"'],
  ["retryIf", {}, "expected a function, got an object"],
];

const badBackoff: [backoff: unknown, message: string][] = [
  [{ type: "linear", delay: 1 }, ': type: expected "fixed" or "exponential", got "linear"'],
  [{ delay: 1 }, '.type: expected "fixed" or "exponential", got undefined'],
  [{ type: "fixed" }, `.delay: expected ${duration}, more than 0, got undefined`],
  [{ type: "fixed", delay: 0 }, `: delay: expected ${duration}, more than 0, got 0`],
  [{ type: "fixed", delay: 1, maxDelay: "long" }, `: maxDelay: expected ${duration}, more than 0, got "long"`],
  [{ type: "fixed", delay: 1, jitter: 1.1 }, ": jitter: expected a number from 0 to 1, got 1.1"],
  [{ type: "fixed", delay: 1, jitter: -0.1 }, ": jitter: expected a number from 0 to 1, got -0.1"],
  [{ type: "fixed", delay: 1, jitter: Number.NaN }, ": jitter: expected a number from 0 to 1, got NaN"],
  [{ type: "fixed", delay: 1, jiter: 0 }, ' has no option "jiter"; did you mean "jitter"?'],
];

const define = (options: object) => task("audit", options as TaskOptions, () => {});
const call = (options: object) => task("audit", () => {}).with(options);

describe.each([
  ["the definition of a task", "task audit", define],
  ["a call by .with", "task audit.with", call],
])("%s", (_where, owner, run) => {
  test.each(bad)("refuses %s: %o", (option, value, message) => {
    expect(() => run({ [option]: value })).toThrow(new InvalidOptionError(`${owner}: ${option}: ${message}`));
  });

  test.each(badBackoff)("refuses the backoff %o", (backoff, message) => {
    expect(() => run({ backoff })).toThrow(new InvalidOptionError(`${owner}: backoff${message}`));
  });

  test("refuses an unknown option and names the nearest", () => {
    expect(() => run({ retires: 3 })).toThrow(`${owner} has no option "retires"; did you mean "retries"?`);
  });

  test("takes every option in range", () => {
    run({});
    run({ retries: 0, timeout: "1ms", backoff: "1s", retryIf: () => true });
    run({ retries: 10_000, timeout: 0.5, backoff: { type: "fixed", delay: 1, maxDelay: "1h", jitter: 0 } });
    run({ retries: undefined, timeout: undefined, backoff: undefined, retryIf: undefined });
  });
});

test("what belongs to the definition can't be changed for a call", () => {
  expect(() => call({ deps: {} })).toThrow(/^task audit\.with has no option "deps"/);
  expect(() => call({ durable: true })).toThrow(/^task audit\.with has no option "durable"/);
});

test("durable and deps are checked", () => {
  expect(() => define({ durable: "yes" })).toThrow('task audit: durable: expected true or false, got "yes"');
  expect(() => define({ deps: [] })).toThrow("task audit: deps: expected an object, got an array of 0");
  expect(() => define({ deps: { db: 5 } })).toThrow(/^task audit → db: expected a dependency/);
});

test.each([null, undefined, 5, "30s", []])("options can't be %o", (options) => {
  const define = task as (name: string, options: unknown, run: () => void) => unknown;
  expect(() => define("audit", options, () => {})).toThrow(/^the options of task audit: expected an object, got /);
});

test("a dependency that reads the request is refused, with the path", () => {
  const page = depends({ page: query() }, ({ page }) => page);
  const list = depends({ page }, ({ page }) => page);
  expect(() => define({ deps: { list } })).toThrow(
    "task audit → list → page → page: a task has no request to read query from; pass the value as an argument",
  );
});

describe("a name", () => {
  test.each(["audit", "mail.send", "Mail:send-2", "a/b_c", "x".repeat(200)])("may be %s", (name) => {
    expect(task(name, () => {}).name).toBe(name);
  });

  test.each(["", "two words", "tab\t", "newline\n", "ümlaut", "a;b", "x".repeat(201), 5, null, undefined])(
    "can't be %o",
    (name) => {
      expect(() => task(name as string, () => {})).toThrow(
        /^task: expected a name of letters, digits and any of _ \. : \/ - , got /,
      );
    },
  );
});

describe("a function", () => {
  const define = task as unknown as (name: string, run?: unknown) => unknown;

  test.each([undefined, null, {}, "run", 5])("can't be %o", (run) => {
    expect(() => define("audit", run)).toThrow(/^task audit: expected a function, got /);
    expect(() => define("audit", run)).toThrow(AfterworkError);
  });

  test("can't be a generator function", () => {
    const message = "task audit: expected a function, got a generator function; nothing would pull it";
    expect(() => define("audit", function* () {})).toThrow(message);
    expect(() => define("audit", async function* () {})).toThrow(message);
  });
});
