import {
  depends,
  fresh,
  HTTPException,
  InvalidWorkError,
  query,
  RetryAfterError,
  task,
  threads,
  type Task,
  type ThreadModule,
} from "afterwork";
import { describe, expect, test } from "vitest";

import { badOptions, testRefusals } from "./support/refusals.ts";

const invalid = "INVALID_DEFINITION";
const run = (): void => {};
const define = (options: object): unknown => task("audit", options, run);
const call = (options: object): Task<[], void, false> => task("audit", run).with(options);
const file = new URL("../background/fixtures/thread-tasks.ts", import.meta.url);
const pool = (options: object): ThreadModule<{ add: (a: number) => number }> => threads(file, options);
const duration = 'expected a duration such as 250 (milliseconds), "30s", "5m" or "7d"';

const callOptions = [
  ["retries", -1, "retries: expected a whole number from 0 to 10000, got -1"],
  ["retries", Number.NaN, "got NaN"],
  ["retries", "3", 'got "3"'],
  ["retries", null, "got null"],
  ["timeout", 0, `timeout: ${duration}, more than 0, got 0`],
  ["timeout", "", 'got ""'],
  ["timeout", "1 min", 'got "1 min"'],
  ["timeout", null, "got null"],
  ["backoff", {}, 'backoff.type: expected "fixed" or "exponential", got undefined'],
  ["backoff", Number.NaN, "more than 0, got NaN"],
  ["backoff", null, "backoff: expected a duration or an object with type and delay, got null"],
  ["retryIf", true, "retryIf: expected a function, got true"],
  ["retryif", run, 'has no option "retryif"; did you mean "retryIf"?'],
] as const;

describe("a task refuses", () => {
  testRefusals([
    [
      "an empty name",
      () => task("", run),
      invalid,
      'task: expected a name of letters, digits and any of _ . : / - , got ""',
    ],
    ["a name with a space", () => task("send mail", run), invalid, 'got "send mail"'],
    ["a name with a line break", () => task("a\nb", run), invalid, String.raw`got "a\nb"`],
    ["a name of 201 letters", () => task("x".repeat(201), run), invalid, "expected a name of letters"],
    ["a name that is no text", () => task(5 as never, run), invalid, "got 5"],
    ["a function for its name", () => task(run as never, run), invalid, "got the function run"],
    ["no function", () => task("audit", undefined as never), invalid, "task audit: expected a function, got undefined"],
    [
      "options without a function",
      () => task("audit", {} as never),
      invalid,
      "task audit: expected a function, got an object",
    ],
    [
      "a function that is none",
      () => task("audit", {}, "run" as never),
      invalid,
      'task audit: expected a function, got "run"',
    ],
    [
      "a generator function",
      () => task("audit", function* () {}),
      invalid,
      "task audit: expected a function, got a generator function",
    ],
    [
      "null for options",
      () => task("audit", null as never, run),
      "INVALID_OPTION",
      "the options of task audit: expected an object, got null",
    ],
    [
      "deps that are none",
      () => task("audit", { deps: { db: 5 } } as never, run),
      "DEPENDENCY_DEFINITION",
      "task audit → db: expected a dependency",
    ],
    [
      "deps that read the request",
      () => task("audit", { deps: { page: query() } } as never, run),
      "DEPENDENCY_DEFINITION",
      "task audit → page: a task has no request to read query from; pass the value as an argument",
    ],
    ...badOptions("task", define, [
      ...callOptions,
      ["deps", null, "task audit: deps: expected an object, got null"],
      ["deps", [], "task audit: deps: expected an object, got an array of 0"],
      ["durable", "yes", 'task audit: durable: expected true or false, got "yes"'],
      ["durable", null, "got null"],
      ["timout", "5s", 'task audit has no option "timout"; did you mean "timeout"?'],
    ]),
    [
      "with: null",
      () => call(null as never),
      "INVALID_OPTION",
      "the options of task audit.with: expected an object, got null",
    ],
    ["with: nothing", () => call(undefined as never), "INVALID_OPTION", "got undefined"],
    ...badOptions("with", call, [
      ...callOptions,
      ["deps", {}, 'task audit.with has no option "deps"'],
      ["durable", true, 'task audit.with has no option "durable"'],
    ]),
    [
      "a retry after no duration",
      () => new RetryAfterError("soon" as never),
      "INVALID_OPTION",
      "RetryAfterError: delay: expected a duration",
    ],
    ["a retry after NaN", () => new RetryAfterError(Number.NaN), "INVALID_OPTION", "got NaN"],
  ]);
});

describe("threads refuse", () => {
  testRefusals([
    [
      "a module that is not there",
      () => threads(new URL("./none.ts", import.meta.url)),
      invalid,
      "threads(): there is no file",
    ],
    ["a folder", () => threads(new URL(".", import.meta.url)), invalid, "threads(): there is no file"],
    [
      "a relative path",
      () => threads("./work.ts"),
      "INVALID_OPTION",
      'the module of threads(): expected a file URL such as new URL("./tasks.ts", import.meta.url), got "./work.ts"',
    ],
    [
      "a URL of the web",
      () => threads(new URL("http://127.0.0.1/x.ts")),
      "INVALID_OPTION",
      "the module of threads(): expected a file URL",
    ],
    ["an empty text", () => threads(""), "INVALID_OPTION", 'got ""'],
    ["null", () => threads(null as never), "INVALID_OPTION", "got null"],
    ["the module itself", () => threads({} as never), "INVALID_OPTION", "got an object"],
    [
      "null for options",
      () => threads(file, null as never),
      "INVALID_OPTION",
      "the options of threads(): expected an object, got null",
    ],
    [
      "state of what threads() did not make",
      () => threads.state({} as never),
      "INVALID_OPTION",
      "threads.state(): expected what threads() has returned, got an object",
    ],
    [
      "to close what threads() did not make",
      () => threads.close(null as never),
      "INVALID_OPTION",
      "threads.close(): expected what threads() has returned, got null",
    ],
    [
      "more threads at least than at most",
      () => pool({ minThreads: 3, maxThreads: 2 }),
      "INVALID_OPTION",
      "threads(): minThreads: expected at most maxThreads (2), got 3",
    ],
    ...badOptions("threads", pool, [
      ["maxThreads", 0, "threads(): maxThreads: expected a whole number of at least 1, got 0"],
      ["maxThreads", Number.NaN, "got NaN"],
      ["maxThreads", "4", 'got "4"'],
      ["minThreads", -1, "threads(): minThreads: expected a whole number of at least 0, got -1"],
      ["maxQueue", -1, "threads(): maxQueue: expected a whole number of at least 0, got -1"],
      ["maxQueue", Infinity, "got Infinity"],
      ["idleTimeout", -1, `threads(): idleTimeout: ${duration}, got -1`],
      ["timeout", 0, `threads(): timeout: ${duration}, more than 0, got 0`],
      ["timeout", null, "got null"],
      ["resourceLimits", 5, "threads(): resourceLimits: expected an object, got 5"],
      ["resourceLimits", { maxOldGenerationSizeMb: 1 }, "expected a number of at least 8 (megabytes), got 1"],
      ["resourceLimits", { heap: 64 }, 'threads(): resourceLimits has no option "heap"'],
      ["threads", 4, "threads() has no option"],
    ]),
    ...badOptions("thread function", (options) => pool({}).add.with(options), [
      ["timeout", 0, `timeout: ${duration}, more than 0, got 0`],
      ["signal", {}, "signal: expected an AbortSignal, got an object"],
      ["signal", null, "signal: expected an AbortSignal, got null"],
      ["timout", 5, 'has no option "timout"; did you mean "timeout"?'],
    ]),
  ]);
});

describe("depends refuses", () => {
  const misuse = "DEPENDENCY_DEFINITION";
  testRefusals([
    [
      "nothing",
      () => depends(undefined as never),
      misuse,
      "depends: expected a function, a generator function or a class, got undefined",
    ],
    ["a number", () => depends(5 as never), misuse, "got 5"],
    ["inputs alone", () => depends({ page: query() } as never), misuse, "got an object"],
    ["null for inputs", () => depends(null as never, run), misuse, "depends: expected an object of inputs, got null"],
    [
      "a list for inputs",
      () => depends([] as never, run),
      misuse,
      "depends: expected an object of inputs, got an array of 0",
    ],
    ["inputs behind the function", () => depends(run as never, {} as never), misuse, "got an object"],
    [
      "an input that is none",
      () => depends({ x: 1 } as never, run),
      misuse,
      "x: expected a dependency (made by depends) or a parameter",
    ],
    [
      "fresh of what is none",
      () => fresh({} as never),
      misuse,
      "fresh: expected a dependency (made by depends), got an object",
    ],
    ["fresh of null", () => fresh(null as never), misuse, "fresh: expected a dependency (made by depends), got null"],
    ["fresh of what there is only one of", () => fresh(depends.app(() => 1) as never), misuse, "app scope"],
  ]);
});

describe("an HTTPException refuses", () => {
  const words = "HTTPException: expected a status from 400 to 599, got";
  testRefusals([
    ...[200, 399, 600, 404.5, Number.NaN, -404, Infinity].map(
      (status) =>
        [`the status ${status}`, () => new HTTPException(status), "RangeError", `${words} ${status}`] as const,
    ),
    ["a text for its status", () => new HTTPException("404" as never), "RangeError", `${words} 404`],
    ["null for its status", () => new HTTPException(null as never), "RangeError", `${words} null`],
    ["no status", () => new HTTPException(undefined as never), "RangeError", `${words} undefined`],
  ]);
});

test("an error of its own has a code of its own", () => {
  expect(new InvalidWorkError("x")).toMatchObject({ name: "InvalidWorkError", code: "INVALID_WORK" });
});
