import { App, path, query, Router } from "afterwork";
import { describe } from "vitest";

import { badOptions, testRefusals, type Refusal } from "./support/refusals.ts";

const handler = (): void => {};
const invalid = "INVALID_DEFINITION";

/** Two routes that take the same requests, however they are written. */
function twice(what: string, define: (app: App) => unknown, words = "is declared twice"): Refusal {
  return [what, () => define(new App()), invalid, words];
}

function started(): App {
  const app = new App().get("/", handler);
  void app.fetch(new Request("http://x/"));
  return app;
}

function included(): Router {
  const router = new Router({ prefix: "/r" }).get("/x", handler);
  new App().include(router);
  return router;
}

describe("a route declared twice is refused", () => {
  testRefusals([
    twice(
      "by the same words",
      (app) => app.get("/a", handler).get("/a", handler),
      "GET /a is declared twice; GET /a takes the same requests",
    ),
    twice(
      "with another name of its parameter",
      (app) => app.get("/:a", handler).get("/:b", handler),
      "GET /:b is declared twice; GET /:a takes the same requests",
    ),
    twice("with a name that has a dash", (app) => app.get("/:a-b", handler).get("/:b-c", handler)),
    twice("with a trailing slash", (app) => app.get("/a", handler).get("/a/", handler)),
    twice("with the empty path", (app) => app.get("/", handler).get("", handler)),
    twice("by a router", (app) => app.get("/r/a", handler).include(new Router({ prefix: "/r" }).get("/a", handler))),
    twice("by including a router twice", (app) => {
      const router = new Router({ prefix: "/r" }).get("/a", handler);
      app.include(router).include(router);
    }),
    twice("by a prefix", (app) => app.get("/p/a", handler).include("/p", new Router().get("/a/", handler))),
    twice("by a router within a router", (app) => {
      const inner = new Router({ prefix: "/b" }).get("/c", handler);
      app.get("/a/b/c", handler).include(new Router({ prefix: "/a" }).include(inner));
    }),
    twice("as a socket", (app) => app.ws("/s", handler).ws("/s/", handler)),
    twice("as a socket and for GET", (app) => app.get("/s", handler).ws("/s", handler)),
    twice("with another pattern in the same words", (app) =>
      app.get(String.raw`/:a{\d+}`, handler).get(String.raw`/:b{\d+}`, handler),
    ),
  ]);
});

describe("a router refuses", () => {
  const define = (options: object): Router => new Router(options);
  testRefusals([
    [
      "null for its options",
      () => new Router(null as never),
      "INVALID_OPTION",
      "the options of Router: expected an object, got null",
    ],
    [
      "an input that is none",
      () => new Router({ inputs: { id: 5 as never } }),
      "DEPENDENCY_DEFINITION",
      "Router → id: expected a dependency",
    ],
    [
      "a path parameter that its routes lack",
      () => new App().include(new Router({ inputs: { id: path() } }).get("/x", handler)),
      invalid,
      "the path has no parameter :id",
    ],
    [
      "to be added to when it has been included",
      () => included().get("/late", handler),
      invalid,
      "GET /r/late: the router has been included already; add its routes before",
    ],
    [
      "a router when it has been included",
      () => included().include(new Router().get("/late", handler)),
      invalid,
      "the router has been included already",
    ],
    [
      "itself",
      () => {
        const router = new Router().get("/x", handler);
        router.include(router);
      },
      invalid,
      "the router has been included already",
    ],
    [
      "what is no router",
      () => new Router().include({} as never),
      invalid,
      "include: expected a Router, got an object",
    ],
    [
      "an app",
      () => new Router().include(new App() as never),
      invalid,
      "include: expected a Router, got an object of class App",
    ],
    ...badOptions("Router", define, [
      [
        "prefix",
        "users",
        'Router: prefix: expected a path that begins with "/" and does not end with one, got "users"',
      ],
      ["prefix", "/users/", 'got "/users/"'],
      ["prefix", "/", 'got "/"'],
      ["prefix", null, "got null"],
      ["prefix", 5, "got 5"],
      ["tags", "a", 'Router: tags: expected an array of strings, got "a"'],
      ["tags", null, "got null"],
      ["inputs", null, "Router: inputs: expected an object, got null"],
      ["prefx", "/a", 'Router has no option "prefx"; did you mean "prefix"?'],
    ]),
  ]);
});

describe("include refuses", () => {
  testRefusals([
    ["nothing", () => (new App().include as () => unknown)(), invalid, "include: expected a Router, got undefined"],
    ["a path alone", () => new App().include("/x" as never), invalid, 'include: expected a Router, got "/x"'],
    ["null", () => new App().include(null as never), invalid, "include: expected a Router, got null"],
    [
      "what is only shaped like a router",
      () => new App().include({ handOver: () => [] }),
      invalid,
      "include: expected a Router, got an object",
    ],
    [
      "a prefix that ends with a slash",
      () => new App().include("/p/", new Router()),
      invalid,
      'include: expected a prefix to be a path that begins with "/" and does not end with one, got "/p/"',
    ],
    [
      "a prefix that is no text",
      () => new App().include(1 as never, new Router()),
      invalid,
      "include: expected a prefix to be a path",
    ],
    [
      "inputs that a router has under the same name",
      () => {
        const router = new Router({ inputs: { page: query() } }).get("/x", { page: query() } as never, handler);
        new App().include(router);
      },
      invalid,
      "GET /x: the input page is declared twice: by the route, and by its router or app",
    ],
  ]);
});

describe("when the app has started, it refuses", () => {
  testRefusals([
    [
      "a route",
      () => started().get("/late", handler),
      invalid,
      "GET /late: the app has started; add routes and middleware before",
    ],
    ["a socket", () => started().ws("/late", handler), invalid, "GET /late: the app has started"],
    [
      "a router",
      () => started().include(new Router({ prefix: "/r" }).get("/late", handler)),
      invalid,
      "GET /r/late: the app has started",
    ],
    [
      "middleware",
      () => started().use((_context, next) => next()),
      invalid,
      "middleware for *: the app has started; add routes and middleware before",
    ],
  ]);
});
