import { App, body, depends, file, form, header, path, query, type RouteOptions } from "afterwork";
import { describe } from "vitest";
import { z } from "zod";

import { badOptions, testRefusals } from "./support/refusals.ts";

const handler = (): void => {};
const withOptions = (options: RouteOptions): App => new App().get("/x", {}, options as {}, handler);
const invalid = "INVALID_DEFINITION";

describe("a route refuses", () => {
  testRefusals([
    [
      "a path without a slash",
      () => new App().get("items", handler),
      invalid,
      'GET: expected a path that begins with "/", got "items"',
    ],
    [
      "a path that is a number",
      () => new App().post(5 as never, handler),
      invalid,
      'POST: expected a path that begins with "/", got 5',
    ],
    ["a path that is null", () => new App().put(null as never, handler), invalid, "got null"],
    ["a path with a query", () => new App().get("/a?b=1", handler), invalid, 'expected a path without "?b=1"'],
    ["a path with a fragment", () => new App().get("/a#b", handler), invalid, 'expected a path without "#b"'],
    [
      "a path that names a parameter twice",
      () => new App().get("/:id/x/:id", handler),
      invalid,
      "GET /:id/x/:id: the parameter :id stands there twice",
    ],
    [
      "no handler",
      () => new App().get("/x", undefined as never),
      invalid,
      "GET /x: expected (path, handler), (path, inputs, handler) or (path, inputs, options, handler)",
    ],
    [
      "a handler that is no function",
      () => new App().get("/x", "hello" as never),
      invalid,
      "GET /x: expected (path, handler)",
    ],
    [
      "a handler that is a promise",
      () => new App().get("/x", Promise.resolve() as never),
      invalid,
      "expected (path, handler)",
    ],
    [
      "a handler before its inputs",
      () => new App().get("/x", handler as never, {} as never),
      invalid,
      "expected (path, handler)",
    ],
    [
      "too many arguments",
      () => (new App().get as (...args: unknown[]) => unknown)("/x", {}, {}, handler, handler),
      invalid,
      "expected (path, handler)",
    ],
    [
      "a generator function, whose values nobody would send",
      () => new App().get("/x", function* () {}),
      invalid,
      "GET /x: expected a handler that is a function or an async generator function, got a generator function",
    ],
    [
      "a class",
      () => new App().get("/x", class {} as never),
      invalid,
      "GET /x: expected a handler that is a function or an async generator function, got a class",
    ],
    [
      "null for inputs",
      () => new App().get("/x", null as never, handler),
      invalid,
      "GET /x: expected inputs to be an object, got null",
    ],
    [
      "a list for inputs",
      () => new App().get("/x", [] as never, handler),
      invalid,
      "GET /x: expected inputs to be an object, got an array of 0",
    ],
    [
      "a function for inputs",
      () => new App().get("/x", handler as never, handler),
      invalid,
      "GET /x: expected inputs to be an object, got the function handler",
    ],
    [
      "an input that is none",
      () => new App().get("/x", { id: 5 } as never, handler),
      "DEPENDENCY_DEFINITION",
      "GET /x → id: expected a dependency (made by depends) or a parameter (path(), query(), …)",
    ],
    [
      "a schema as an input",
      () => new App().get("/x", { id: z.string() } as never, handler),
      "DEPENDENCY_DEFINITION",
      "GET /x → id: expected a dependency",
    ],
    [
      "what is only shaped like a dependency",
      () => new App().get("/x", { id: { ...depends(() => 1) } }, handler),
      "DEPENDENCY_DEFINITION",
      "GET /x → id: expected a dependency",
    ],
    [
      "the function path itself as an input",
      () => new App().get("/:id", { id: path } as never, handler),
      "DEPENDENCY_DEFINITION",
      "GET /:id → id: expected a dependency",
    ],
    [
      "an input called __proto__",
      () => new App().get("/x", { ["__proto__"]: query() }, handler),
      "DEPENDENCY_DEFINITION",
      'GET /x → __proto__: the name "__proto__" belongs to the context',
    ],
    [
      "a path parameter that is not in the path",
      () => new App().get("/x/:user", { id: path() }, handler),
      invalid,
      "GET /x/:user: the path has no parameter :id; it has :user",
    ],
    [
      "a path parameter where the path has none",
      () => new App().get("/x", { id: path() }, handler),
      invalid,
      "GET /x: the path has no parameter :id",
    ],
    [
      "a path parameter written as in FastAPI",
      () => new App().get("/x/{id}", { id: path() }, handler),
      invalid,
      "the path has no parameter :id",
    ],
    [
      "a path parameter that is a part of a longer name",
      () => new App().get("/x/:user-id", { user: path() }, handler),
      invalid,
      "GET /x/:user-id: the path has no parameter :user; it has :user-id",
    ],
    [
      "a body beside a form",
      () => new App().post("/x", { a: body(), b: form() }, handler),
      "DEPENDENCY_DEFINITION",
      "POST /x: a request has one body; it can't be JSON (body) and a form (form, file)",
    ],
    [
      "a body beside a file",
      () => new App().post("/x", { a: body(), b: file() }, handler),
      "DEPENDENCY_DEFINITION",
      "a request has one body",
    ],
    [
      "a body beside a dependency's form",
      () => new App().post("/x", { a: body(), b: depends({ c: form() }, () => 1) }, handler),
      "DEPENDENCY_DEFINITION",
      "a request has one body",
    ],
    [
      "a header that cannot be one",
      () => new App().get("/x", { a: header("x token") }, handler),
      invalid,
      'GET /x: expected the name of a header, got "x token"',
    ],
    [
      "a header in letters that headers lack",
      () => new App().get("/x", { größe: header() }, handler),
      invalid,
      'GET /x: expected the name of a header, got "größe"',
    ],
    [
      "options for null",
      () => new App().get("/x", {}, null as never, handler),
      "INVALID_OPTION",
      "the options of GET /x: expected an object, got null",
    ],
    ...badOptions("GET /x", withOptions, [
      ["status", 99, "GET /x: status: expected a whole number from 200 to 599, got 99"],
      ["status", 100, "got 100"],
      ["status", 600, "got 600"],
      ["status", "201", 'got "201"'],
      ["status", Number.NaN, "got NaN"],
      ["status", 200.5, "got 200.5"],
      ["status", null, "got null"],
      ["response", {}, "GET /x: response: expected a Standard Schema, got an object"],
      ["response", "string", 'got "string"'],
      ["response", { "~standard": { version: 2, validate: handler } }, "expected a Standard Schema"],
      ["response", { "~standard": { version: 1 } }, "expected a Standard Schema"],
      ["tags", "users", 'GET /x: tags: expected an array of strings, got "users"'],
      ["tags", [1], "expected an array of strings, got an array of 1"],
      ["summary", "", 'GET /x: summary: expected a string that is not empty, got ""'],
      ["description", 5, "got 5"],
      ["operationId", null, "GET /x: operationId: expected a string that is not empty, got null"],
      ["deprecated", "yes", 'GET /x: deprecated: expected true or false, got "yes"'],
      ["errors", [200], "GET /x: errors: expected an array of statuses from 400 to 599, got an array of 1"],
      ["errors", 404, "GET /x: errors: expected an array of statuses from 400 to 599, got 404"],
      ["hidden", 1, "GET /x: hidden: expected true or false, got 1"],
      ["stauts", 201, 'GET /x has no option "stauts"; did you mean "status"?'],
      ["statusCode", 201, 'GET /x has no option "statusCode"'],
    ]),
  ]);
});
