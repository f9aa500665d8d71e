import { App, type AppOptions } from "afterwork";
import { describe } from "vitest";

import { badOptions, testRefusals } from "./support/refusals.ts";

const duration = 'expected a duration such as 250 (milliseconds), "30s", "5m" or "7d"';
const define = (options: AppOptions): App => new App(options);
const within = (option: string) => (inner: object) => new App({ [option]: inner });

describe("an app refuses", () => {
  testRefusals([
    [
      "null for its options",
      () => new App(null as never),
      "INVALID_OPTION",
      "the options of App: expected an object, got null",
    ],
    ["a text for its options", () => new App("x" as never), "INVALID_OPTION", 'expected an object, got "x"'],
    ["a list for its options", () => new App([] as never), "INVALID_OPTION", "expected an object, got an array of 0"],
    [
      "an option it lacks",
      () => new App({ bodylimit: 1 } as never),
      "INVALID_OPTION",
      'App has no option "bodylimit"; did you mean "bodyLimit"?',
    ],
    [
      "an option that resembles none",
      () => new App({ colour: 1 } as never),
      "INVALID_OPTION",
      "known are engine, work, background, shutdown",
    ],
    [
      "an inherited name as an option",
      () => new App({ constructor: 1 } as never),
      "INVALID_OPTION",
      'App has no option "constructor"',
    ],
    ...badOptions("App", define, [
      ["bodyLimit", 0, "App: bodyLimit: expected a whole number of at least 1, got 0"],
      ["bodyLimit", -1, "expected a whole number of at least 1, got -1"],
      ["bodyLimit", 1.5, "got 1.5"],
      ["bodyLimit", Number.NaN, "got NaN"],
      ["bodyLimit", Infinity, "got Infinity"],
      ["bodyLimit", "1mb", 'got "1mb"'],
      ["bodyLimit", null, "got null"],
      ["title", "", 'App: title: expected a string that is not empty, got ""'],
      ["title", 5, "got 5"],
      ["title", null, "got null"],
      ["version", "", 'App: version: expected a string that is not empty, got ""'],
      ["version", 1, "got 1"],
      ["description", {}, "App: description: expected a string that is not empty, got an object"],
      ["log", null, "App: log: expected an object with the functions debug, info, warn and error, got null"],
      ["log", {}, "expected an object with the functions debug, info, warn and error, got an object"],
      ["log", () => {}, "expected an object with the functions"],
      ["log", { debug: 1, info: 1, warn: 1, error: 1 }, "expected an object with the functions"],
      ["docs", "no", 'App: docs: expected true, false or an object, got "no"'],
      ["docs", null, "expected true, false or an object, got null"],
      ["docs", 0, "expected true, false or an object, got 0"],
      ["engine", null, "App: engine: expected an engine, got null"],
      ["engine", {}, "App: engine: expected an engine, got an object"],
      ["engine", { prepare: 1, store: 1 }, "App: engine: expected an engine, got an object"],
      ["engine", { prepare: () => {} }, "App: engine: expected an engine, got an object"],
      ["inputs", null, "App: inputs: expected an object, got null"],
      ["inputs", [], "App: inputs: expected an object, got an array of 0"],
      ["background", null, "App: background: expected an object, got null"],
      ["background", 5, "App: background: expected an object, got 5"],
      ["shutdown", "20s", 'App: shutdown: expected an object, got "20s"'],
      ["shutdown", null, "App: shutdown: expected an object, got null"],
    ]),
    ...badOptions("background", within("background"), [
      ["concurrency", 0, "background: concurrency: expected a whole number of at least 1, got 0"],
      ["concurrency", "4", 'got "4"'],
      ["concurrency", Number.NaN, "got NaN"],
      ["concurrency", null, "got null"],
      ["maxPending", 0, "background: maxPending: expected a whole number of at least 1, got 0"],
      ["maxPending", Infinity, "got Infinity"],
      ["maxPending", 2.5, "got 2.5"],
      ["timeout", 0, `background: timeout: ${duration}, more than 0, got 0`],
      ["timeout", -1, "more than 0, got -1"],
      ["timeout", "10 m", 'more than 0, got "10 m"'],
      ["timeout", "", 'more than 0, got ""'],
      ["timeout", Number.NaN, "more than 0, got NaN"],
      ["timeout", "11y", 'more than 0, got "11y"'],
      ["run", "later", 'App: background: run: expected "after" or "before" or "never", got "later"'],
      ["run", null, "App: background: run: expected"],
      ["maxpending", 5, 'background has no option "maxpending"; did you mean "maxPending"?'],
    ]),
    ...badOptions("shutdown", within("shutdown"), [
      ["drain", -1, `App: shutdown: drain: ${duration}, got -1`],
      ["drain", Number.NaN, "got NaN"],
      ["drain", Infinity, "got Infinity"],
      ["drain", null, "got null"],
      ["grace", "5", "App: shutdown: grace: expected a duration"],
      ["grace", {}, "got an object"],
      ["drian", "5s", 'App: shutdown has no option "drian"; did you mean "drain"?'],
    ]),
    ...badOptions("docs", within("docs"), [
      ["path", "docs", 'App: docs: path: expected a path that begins with "/"'],
      ["path", "", 'App: docs: path: expected a path that begins with "/"'],
      ["path", null, "got null"],
      ["path", "/docs/", 'got "/docs/"'],
      ["openapi", "openapi.json", 'App: docs: openapi: expected a path that begins with "/"'],
      ["openapi", 1, "got 1"],
      ["openapi", "/docs", "App: docs: expected path and openapi to differ"],
      ["paht", "/", 'App: docs has no option "paht"; did you mean "path"?'],
    ]),
    ...badOptions("App", define, [
      [
        "inputs",
        { user: 5 },
        "App → user: expected a dependency (made by depends) or a parameter (path(), query(), …)",
      ],
      ["inputs", { background: 5 }, 'App → background: the name "background" belongs to the context'],
    ]).map(([what, run, , words]) => [what, run, "DEPENDENCY_DEFINITION", words] as const),
  ]);
});

describe("an app's methods refuse", () => {
  const app = new App();
  testRefusals([
    [
      "middleware that is no function",
      () => app.use(5 as never),
      "INVALID_DEFINITION",
      "app.use: expected a function, got 5",
    ],
    [
      "no middleware at all",
      () => app.use(undefined as never),
      "INVALID_DEFINITION",
      "app.use: expected a function, got undefined",
    ],
    [
      "middleware for a path that is none",
      () => app.use(5 as never, () => Promise.resolve()),
      "INVALID_DEFINITION",
      "app.use: expected a path, got 5",
    ],
    [
      "a path without middleware",
      () => app.use("/x", null as never),
      "INVALID_DEFINITION",
      "app.use: expected a function, got null",
    ],
    [
      "a listener for an event there is not",
      () => app.on("tskFailed" as never, () => {}),
      "INVALID_OPTION",
      'app.on has no event "tskFailed"; did you mean "taskFailed"?',
    ],
    [
      "a listener that is no function",
      () => app.on("taskFailed", "x" as never),
      "INVALID_OPTION",
      'app.on: expected a function, got "x"',
    ],
    [
      "an error handler for no class",
      () => app.onError({} as never, () => {}),
      "INVALID_DEFINITION",
      "app.onError: expected a class of errors, got an object",
    ],
    [
      "an error handler for null",
      () => app.onError(null as never, () => {}),
      "INVALID_DEFINITION",
      "expected a class of errors, got null",
    ],
    [
      "an error handler that is no function",
      () => app.onError(TypeError, "x" as never),
      "INVALID_DEFINITION",
      'app.onError: expected a function, got "x"',
    ],
    [
      "a second handler for a class",
      () => app.onError(URIError, () => {}).onError(URIError, () => {}),
      "INVALID_DEFINITION",
      "app.onError: URIError has a handler already",
    ],
    [
      "an override of what is no dependency",
      () => app.override({} as never, () => 1),
      "DEPENDENCY_DEFINITION",
      "override: expected a dependency (made by depends), got an object",
    ],
    [
      "an override of nothing",
      () => app.override(undefined as never, () => 1),
      "DEPENDENCY_DEFINITION",
      "got undefined",
    ],
  ]);
});
