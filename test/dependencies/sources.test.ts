import { App, depends, query, int } from "afterwork";
import { expect, test } from "vitest";
import { MemoryLog } from "../base/memory-log.ts";
import { ask } from "./ask.ts";

const events: string[] = [];

class Session {
  readonly name: string;
  constructor({ page }: { page: number }) {
    this.name = `session ${page}`;
  }
}

class Closing {
  [Symbol.dispose](): void {
    events.push("disposed");
  }
}

class ClosingLater {
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.resolve();
    events.push("disposed later");
  }
  [Symbol.dispose](): void {
    events.push("disposed although it can be awaited");
  }
}

const page = { page: query(int) };
const kinds = {
  "a sync function": depends(page, ({ page }) => `sync ${page}`),
  "an async function": depends(page, async ({ page }) => Promise.resolve(`async ${page}`)),
  "a sync generator": depends(page, function* ({ page }) {
    yield `generator ${page}`;
    events.push("generator closed");
  }),
  "an async generator": depends(page, async function* ({ page }) {
    yield await Promise.resolve(`async generator ${page}`);
    events.push("async generator closed");
  }),
  "a class": depends(page, Session),
} as const;

test.each([
  ["a sync function", "sync 7"],
  ["an async function", "async 7"],
  ["a sync generator", "generator 7"],
  ["an async generator", "async generator 7"],
  ["a class", { name: "session 7" }],
] as const)("%s provides its value, made from its inputs", async (kind, value) => {
  const app = new App();
  app.get("/", { value: kinds[kind] }, ({ value }) => ({ value }));
  expect(await ask(app, "/?page=7")).toMatchObject({ status: 200, body: { value } });
});

test.each([
  ["a sync generator", "generator closed"],
  ["an async generator", "async generator closed"],
] as const)("%s goes on after its yield when the handler has returned", async (kind, event) => {
  events.length = 0;
  const app = new App();
  app.get("/", { value: kinds[kind] }, () => void events.push("handled"));
  await ask(app, "/?page=7");
  expect(events).toEqual(["handled", event]);
});

test("classes are disposed, by the asynchronous way if they have both", async () => {
  events.length = 0;
  const app = new App();
  app.get("/", { first: depends(Closing), second: depends(ClosingLater) }, ({ first, second }) => {
    events.push(`${first instanceof Closing} ${second instanceof ClosingLater}`);
  });
  await ask(app);
  expect(events).toEqual(["true true", "disposed later", "disposed"]);
});

test("what can be disposed but was only handed out is left alone", async () => {
  events.length = 0;
  const shared = new Closing();
  const app = new App();
  const inputs = {
    returned: depends(() => shared),
    resolved: depends(async () => Promise.resolve(shared)),
    yielded: depends(function* () {
      yield shared;
    }),
    held: depends(
      { shared: depends(() => shared) },
      class {
        readonly shared: Closing;
        constructor(given: { shared: Closing }) {
          this.shared = given.shared;
        }
      },
    ),
  };
  app.get("/", inputs, () => "ok");
  expect(await ask(app)).toMatchObject({ status: 200 });
  expect(events).toEqual([]);
});

test("every dependency has background, signal and log beside its inputs", async () => {
  const log = new MemoryLog();
  const app = new App({ log });
  const noted = depends(page, ({ page, background, signal, log }) => {
    log.info("noted", { page });
    return [typeof background.addTask, signal.aborted];
  });
  app.get("/", { noted }, ({ noted }) => noted);
  expect(await ask(app, "/?page=3")).toMatchObject({ body: ["function", false] });
  expect(log.lines).toEqual([{ level: "info", message: "noted", fields: { page: 3 } }]);
});

test("a dependency that puts something on its context shows it to nobody else", async () => {
  const app = new App();
  const writer = depends((context) => Object.assign(context, { leaked: true }) && "w");
  const reader = depends({ writer }, (context) => Object.keys(context).includes("leaked"));
  app.get("/", { reader }, (context) => [context.reader, "leaked" in context]);
  expect(await ask(app)).toMatchObject({ body: [false, false] });
});

test("falsy values are values", async () => {
  const app = new App();
  const inputs = { zero: depends(() => 0), no: depends(async () => Promise.resolve(false)), nil: depends(() => null) };
  app.get("/", inputs, ({ zero, no, nil }) => [zero, no, nil]);
  expect(await ask(app)).toMatchObject({ body: [0, false, null] });
});

test.each([undefined, null, 5, "text", {}, []])("%o is no source of a dependency", (source) => {
  const define = depends as (source: unknown) => unknown;
  expect(() => define(source)).toThrow(/^depends: expected a function, a generator function or a class, got /);
});

test("inputs that are none are named with their path", () => {
  const define = depends as (inputs: unknown, source: () => void) => unknown;
  expect(() => define({ user: "alice" }, function profile() {})).toThrow(
    "profile → user: expected a dependency (made by depends) or a parameter (path(), query(), …)",
  );
  expect(() => define(null, () => {})).toThrow("depends: expected an object of inputs, got null");
});

test("an object that only looks like a dependency is none", () => {
  const forged = { ...depends(() => 1) };
  expect(() => depends({ forged: forged as never }, () => 2)).toThrow(/forged: expected a dependency/);
});
