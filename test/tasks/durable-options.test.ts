import { task, type Task, type TaskOptions } from "afterwork";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { badOptions, testRefusals } from "../bad-input/support/refusals.ts";

const run = (): void => {};
const define = (options: object): Task<[], void, true> =>
  task("mail", { durable: true, ...options } as { durable: true }, run);
const call = (options: object): unknown => define({}).with(options);
const duration = 'expected a duration such as 250 (milliseconds), "30s", "5m" or "7d"';
const time = "expected a Date or a time in milliseconds since the epoch";

const bad = [
  ["queue", "two words", 'queue: expected a name of letters, digits and any of _ . : / -, got "two words"'],
  ["queue", "", 'got ""'],
  ["queue", null, "got null"],
  ["priority", 101, "priority: expected a whole number from -100 to 100, got 101"],
  ["priority", 0.5, "got 0.5"],
  ["delay", "soon", `delay: ${duration}, got "soon"`],
  ["delay", -1, "got -1"],
  ["runAt", "2030-01-01", `runAt: ${time}, got "2030-01-01"`],
  ["runAt", new Date(Number.NaN), "got an object of class Date"],
  ["runAt", Infinity, "got Infinity"],
  ["expiresIn", 0, `expiresIn: ${duration}, more than 0, got 0`],
  ["expiresAt", {}, `expiresAt: ${time}, got an object`],
  ["onCrash", "ignore", 'onCrash: expected "retry" or "fail", got "ignore"'],
  ["retention", "7d", 'retention: expected an object, got "7d"'],
  ["retention", { succeeded: -1 }, `retention: succeeded: ${duration}, got -1`],
  ["retention", { success: "7d" }, 'retention has no option "success"; known are succeeded, failed'],
  ["unique", false, "unique: expected true or an object, got false"],
  ["unique", { key: 5 }, "unique: key: expected a string or a function of the arguments, got 5"],
  ["unique", { until: "forever" }, 'unique: until: expected "terminal" or a duration, more than 0, got "forever"'],
  [
    "unique",
    { onConflict: "ignore" },
    'unique: onConflict: expected "existing" or "reject" or "replace", got "ignore"',
  ],
  ["unique", { on: "reject" }, 'unique has no option "on"'],
  ["throttle", 0, "throttle: expected a duration, more than 0, or an object with every, got 0"],
  ["throttle", { key: "x" }, "throttle.every: expected a duration"],
  ["debounce", "x", "debounce: expected a duration, more than 0, or an object with wait"],
  ["debounce", {}, "debounce.wait: expected a duration"],
  ["debounce", { wait: "5s", maxWait: "1s" }, 'debounce: maxWait: expected at least as long as wait (5s), got "1s"'],
  ["concurrency", 5, "concurrency: expected an object, got 5"],
  ["concurrency", {}, "concurrency.limit: expected a whole number from 1"],
  ["concurrency", { limit: 0 }, "concurrency: limit: expected a whole number from 1"],
  ["rateLimit", { limit: 5 }, "rateLimit.per: expected a duration"],
  ["rateLimit", { limit: 5, per: 0 }, "rateLimit: per: expected a duration"],
] as const;

const together = (one: string, other: string): string => `${one} and ${other} can't stand together`;
const contradictions: readonly (readonly [options: object, words: string])[] = [
  [{ delay: 1, runAt: 1 }, together("delay", "runAt")],
  [{ expiresIn: 1, expiresAt: 1 }, together("expiresIn", "expiresAt")],
  [{ unique: true, throttle: 1 }, together("unique", "throttle")],
  [{ unique: true, debounce: 1 }, together("unique", "debounce")],
  [{ throttle: 1, debounce: 1 }, together("throttle", "debounce")],
  [{ delay: 1, debounce: 1 }, together("debounce", "delay")],
  [{ runAt: 1, debounce: 1 }, together("debounce", "runAt")],
];

describe("the definition of a durable task refuses", () => {
  testRefusals([
    ...badOptions("mail", define, bad),
    ...badOptions("mail", define, [
      ["args", {}, "task mail: args: expected a Standard Schema of the tuple of arguments, got an object"],
      ["codec", {}, "task mail: codec: expected an object with the functions stringify and parse, got an object"],
      ["codec", { stringify: run }, "codec: expected"],
      ["tx", {}, 'task mail has no option "tx"'],
    ]),
    ...contradictions.map(
      ([options, words]) => [JSON.stringify(options), () => define(options), "INVALID_OPTION", words] as const,
    ),
  ]);
});

describe("a call of a durable task refuses", () => {
  testRefusals([
    ...badOptions("mail", call, bad),
    ...badOptions("mail", call, [
      ["retryIf", run, "task mail.with: retryIf of a durable task belongs to its definition: it can't be stored"],
      ["args", z.tuple([]), 'task mail.with has no option "args"'],
      ["codec", JSON, 'task mail.with has no option "codec"'],
      ["tx", null, "task mail.with: tx: expected a transaction, got null"],
    ]),
    ...contradictions.map(
      ([options, words]) => [JSON.stringify(options), () => call(options), "INVALID_OPTION", words] as const,
    ),
    [
      "a delay beside the debounce of the definition",
      () => define({ debounce: "5s" }).with({ delay: "1s" }),
      "INVALID_OPTION",
      "task mail.with: debounce and delay can't stand together",
    ],
  ]);
});

describe("a task that is not durable", () => {
  const all = { queue: "x", unique: true, retention: {}, args: z.tuple([]), codec: JSON, onCrash: "fail" } as const;

  test.each(Object.entries(all))("refuses %s, and says what it needs", (name, value) => {
    const define = (): unknown => task("mail", { [name]: value } as TaskOptions, run);
    expect(define).toThrow(`task mail: ${name} needs durable: true`);
  });

  test("refuses it for a call, too", () => {
    const local = task("mail", run);
    expect(() => local.with({ delay: "5m" } as object)).toThrow("task mail.with: delay needs durable: true");
    expect(() => local.with({ tx: {} } as object)).toThrow("task mail.with: tx needs durable: true");
  });

  test("takes retryIf for a call", () => {
    expect(task("mail", run).with({ retryIf: () => false }).options.retryIf).toBeTypeOf("function");
  });
});

describe("what a call says", () => {
  test("takes the place of what the definition says otherwise", () => {
    const mail = define({ delay: "1m", expiresAt: 5, throttle: "1m", priority: 3 });
    const call = mail.with({ runAt: 7, expiresIn: "1h", unique: true });
    expect(call.options).toEqual({ durable: true, priority: 3, runAt: 7, expiresIn: "1h", unique: true });
  });

  test("may be every option in range", () => {
    define({ queue: "a.b:c/d-e_f", priority: -100, delay: 0, expiresIn: "1ms", onCrash: "fail" });
    define({ unique: { key: "x", until: "10m", onConflict: "replace" }, retention: { succeeded: 0, failed: "1w" } });
    define({ concurrency: { limit: 1, key: () => "x" }, rateLimit: { limit: 10, per: "1s", key: "x" } });
    define({
      debounce: { wait: "5s", maxWait: "5s", key: () => "" },
      args: z.tuple([]),
      codec: JSON,
      retryIf: () => true,
    });
    define({ throttle: { every: "1s", key: "x" }, runAt: new Date(), expiresAt: Date.now() }).with({ tx: () => {} });
  });
});
