import { HTTPException, type App } from "afterwork";
import type { MiddlewareHandler } from "hono";
import { describe, expect, test } from "vitest";

import { internal } from "./support/answers.ts";
import { bodyOf, exchange, message, startTrial, statusOf, ways } from "./support/trial.ts";

const raise = (error: unknown) => (): never => {
  throw error;
};

/** What middleware does, before the route or after it, and what comes of that. */
const middleware: readonly (readonly [
  what: string,
  middleware: MiddlewareHandler,
  status: number,
  body: string,
  reports: number,
])[] = [
  ["throws an error", raise(new Error("broken")), 500, internal, 1],
  ["throws a text", raise("text"), 500, internal, 1],
  ["throws nothing", raise(undefined), 500, internal, 1],
  ["throws null", raise(null), 500, internal, 1],
  ["throws a symbol", raise(Symbol("s")), 500, internal, 1],
  ["refuses", raise(new HTTPException(403, "no")), 403, '{"detail":"no"}', 0],
  [
    "refuses with a header that cannot be sent",
    raise(new HTTPException(403, "no", { "x-a": "b\r\nx-injected: 1" })),
    500,
    internal,
    1,
  ],
  [
    "throws a text when the route has answered",
    async (_context, next) => {
      await next();
      throw "text";
    },
    500,
    internal,
    1,
  ], // eslint-disable-line no-throw-literal
  [
    "sets a header that cannot be sent",
    async (context, next) => {
      await next();
      context.header("x-a", "b\r\nx-injected: 1");
    },
    500,
    internal,
    1,
  ],
  [
    "answers with what cannot be sent",
    () => Promise.resolve(new Response("x", { headers: { "x-a": "b\r\nx-injected: 1" } })),
    500,
    internal,
    1,
  ],
  ["answers with a status that is none", () => Promise.resolve(new Response("x", { status: 99 })), 500, internal, 1],
  [
    "goes on twice",
    async (_context, next) => {
      await next();
      await next();
    },
    500,
    internal,
    1,
  ],
];

describe("when middleware", () => {
  test.each(middleware.map((row) => [row[0], row] as const))(
    "%s",
    async (_what, [, handler, status, body, reports]) => {
      const trial = await startTrial((app, notes) => {
        app.use("/x", handler);
        app.get("/x", ({ background }) => {
          background.addTask(() => void notes.push("task"));
          return "x";
        });
      });
      const received = await exchange(trial.port, message("GET /x"));
      expect([statusOf(received), bodyOf(received)]).toEqual([status, body]);
      expect(received).not.toMatch(/\r\nx-injected/i);
      expect(trial.failures.length).toBe(reports);
      await trial.expectAnswering();
      await trial.app.idle();
      expect({ notes: trial.notes, lines: trial.lines, printed: trial.printed }).toEqual({
        notes: [],
        lines: [],
        printed: [],
      });
    },
  );
});

class Known extends Error {}
const circular: { self?: unknown } = {};
circular.self = circular;

/** What an error handler does, and what comes of that. */
const handlers: readonly (readonly [
  what: string,
  handler: (app: App) => unknown,
  status: number,
  body: string,
  reports: number,
])[] = [
  ["returns nothing", (app) => app.onError(Known, () => undefined), 500, "null", 0],
  ["throws", (app) => app.onError(Known, raise(new Error("broken handler"))), 500, internal, 1],
  ["throws nothing", (app) => app.onError(Known, raise(undefined)), 500, internal, 1],
  [
    "throws the error again",
    (app) =>
      app.onError(Known, (error) => {
        throw error;
      }),
    500,
    internal,
    1,
  ],
  [
    "rejects",
    (app) =>
      app.onError(Known, async () => {
        throw new Error("broken handler");
      }),
    500,
    internal,
    1,
  ],
  ["returns a big integer", (app) => app.onError(Known, () => 1n), 500, internal, 1],
  ["returns a circle", (app) => app.onError(Known, () => circular), 500, internal, 1],
  ["returns a function", (app) => app.onError(Known, () => raise), 500, internal, 1],
  [
    "returns what cannot be sent",
    (app) => app.onError(Known, () => new Response("x", { headers: { "x-a": "b\r\nc: d" } })),
    500,
    internal,
    1,
  ],
  [
    "refuses with what cannot be sent",
    (app) => app.onError(Known, raise(new HTTPException(400, 1n))),
    500,
    internal,
    1,
  ],
  [
    "sets a status that is none",
    (app) => app.onError(Known, (_error, { response }) => void (response.status = 99)),
    500,
    internal,
    1,
  ],
];

describe.each(ways)("%s, when an error handler", (way) => {
  test.each(handlers.map((row) => [row[0], row] as const))("%s", async (_what, [, define, status, body, reports]) => {
    const trial = await startTrial(
      (app) => {
        define(app);
        app.get("/x", raise(new Known()));
      },
      { way },
    );
    const received = await exchange(trial.port, message("GET /x"));
    expect([statusOf(received), bodyOf(received)]).toEqual([status, body]);
    expect(trial.failures.length).toBe(reports);
    await trial.expectAnswering();
    expect({ lines: trial.lines, printed: trial.printed }).toEqual({ lines: [], printed: [] });
  });
});

describe.each(ways)("%s, when those who are told of failures", (way) => {
  test("fail themselves, the client is answered all the same", async () => {
    const log = { debug: raise(1), info: raise(1), warn: raise(1), error: raise(new Error("broken log")) };
    const trial = await startTrial(
      (app) => {
        app.get("/x", raise(new Error("x")));
        app.on("requestFailed", raise(new Error("broken listener")));
      },
      { way, log },
    );
    expect(statusOf(await exchange(trial.port, message("GET /x")))).toBe(500);
    await trial.expectAnswering();
  });
});
