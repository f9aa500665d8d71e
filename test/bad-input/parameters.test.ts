import { bool, body, cookie, file, form, header, int, number, path, query, settings } from "afterwork";
import { describe, expect, test } from "vitest";
import { z } from "zod";

import { badOptions, testRefusals, type Refusal } from "./support/refusals.ts";

const invalid = "INVALID_DEFINITION";
type Define = (...args: unknown[]) => unknown;
const texts: Readonly<Record<string, Define>> = {
  path: path,
  query: query,
  "query.all": query.all,
  header: header,
  cookie: cookie,
  form: form,
  "form.all": form.all,
};

/** What every parameter that is one text refuses. */
function textRefusals([name, define]: [string, Define]): Refusal[] {
  const place = name.replace(".all", "");
  const wanted = `${place}: expected a Standard Schema (of zod, valibot, arktype, …, or int, number, bool), got`;
  return [
    [`${name}: a number for a name`, () => define(5), invalid, `${wanted} 5`],
    [`${name}: null`, () => define(null), invalid, `${wanted} null`],
    [`${name}: a plain object`, () => define({}), invalid, `${wanted} an object`],
    [`${name}: a class`, () => define(String), invalid, `${wanted} the function String`],
    [
      `${name}: a schema of another version`,
      () => define({ "~standard": { version: 2, validate: () => {} } }),
      invalid,
      wanted,
    ],
    [`${name}: a schema without its function`, () => define({ "~standard": { version: 1 } }), invalid, wanted],
    [`${name}: null for a schema`, () => define("x", null), invalid, `${wanted} null`],
    [`${name}: a text for a schema`, () => define("x", "int"), invalid, `${wanted} "int"`],
    [`${name}: an empty name`, () => define(""), invalid, `${place}: expected a name that is not empty, got ""`],
    [
      `${name}: the name behind the schema`,
      () => define(int, "x"),
      invalid,
      `${place}: expected (name, schema), got the schema first`,
    ],
  ];
}

describe("a parameter refuses", () => {
  testRefusals([
    ...Object.entries(texts).flatMap(textRefusals),
    [
      "body: a plain object",
      () => body({} as never),
      invalid,
      "body: expected a Standard Schema (of zod, valibot, arktype, …, or int, number, bool), got an object",
    ],
    ["body: null", () => body(null as never), invalid, "got null"],
    ["body: a name", () => body("item" as never), invalid, 'got "item"'],
    ["body: a shape without z.object", () => body({ name: z.string() } as never), invalid, "got an object"],
  ]);
});

describe("a file refuses", () => {
  const options = [
    ["maxSize", 0, "file: maxSize: expected a whole number of at least 1, got 0"],
    ["maxSize", -1, "got -1"],
    ["maxSize", 1.5, "got 1.5"],
    ["maxSize", Number.NaN, "got NaN"],
    ["maxSize", Infinity, "got Infinity"],
    ["maxSize", "1mb", 'got "1mb"'],
    ["maxSize", null, "got null"],
    ["maxCount", 0, "file: maxCount: expected a whole number of at least 1, got 0"],
    ["maxCount", "2", 'got "2"'],
    ["types", "image/png", "file: types: expected a list of media types"],
    ["types", [], "file: types: expected a list of media types"],
    ["types", [5], "file: types: expected a list of media types"],
    ["types", ["png"], "file: types: expected a list of media types"],
    ["optional", "yes", 'file: optional: expected true or false, got "yes"'],
    ["maxsize", 5, 'file has no option "maxsize"; did you mean "maxSize"?'],
  ] as const;
  testRefusals([
    ...badOptions("file", (given) => file(given), options),
    ...badOptions("file.all", (given) => file.all(given), options),
    ...badOptions("file with a name", (given) => file("x", given), options),
    [
      "file: null for its options",
      () => file(null as never),
      "INVALID_OPTION",
      "the options of file: expected an object, got null",
    ],
    [
      "file: null behind its name",
      () => file("x", null as never),
      "INVALID_OPTION",
      "the options of file: expected an object, got null",
    ],
    ["file: a number", () => file(5 as never), "INVALID_OPTION", "the options of file: expected an object, got 5"],
    ["file: a schema", () => file(z.string() as never), "INVALID_OPTION", "the options of file: expected an object"],
    ["file: an empty name", () => file(""), invalid, 'file: expected a name that is not empty, got ""'],
  ]);
});

describe("the small schemas refuse", () => {
  testRefusals([
    [
      "int: a bound that is no number",
      () => int.min("1" as never),
      "INVALID_OPTION",
      'int.min: expected a finite number, got "1"',
    ],
    ["int: NaN as a bound", () => int.max(Number.NaN), "INVALID_OPTION", "int.max: expected a finite number, got NaN"],
    [
      "int: no bound",
      () => int.max(undefined as never),
      "INVALID_OPTION",
      "int.max: expected a finite number, got undefined",
    ],
    [
      "int: bounds that cross",
      () => int.min(5).max(4),
      "INVALID_OPTION",
      "int.max: expected 5 or more, as its minimum is, got 4",
    ],
    [
      "int: a default beyond its bounds",
      () => int.max(4).default(5),
      "INVALID_OPTION",
      "int.default: expected a value that the schema itself accepts, got 5",
    ],
    ["int: a default with a fraction", () => int.default(1.5), "INVALID_OPTION", "got 1.5"],
    ["int: a default that is a text", () => int.default("1" as never), "INVALID_OPTION", 'got "1"'],
    ["int: null as default", () => int.default(null as never), "INVALID_OPTION", "got null"],
    [
      "number: infinity as default",
      () => number.default(Infinity),
      "INVALID_OPTION",
      "number.default: expected a value that the schema itself accepts, got Infinity",
    ],
    [
      "bool: a text as default",
      () => bool.default("no" as never),
      "INVALID_OPTION",
      'bool.default: expected true or false, got "no"',
    ],
  ]);
});

describe("settings refuse", () => {
  const schema = z.object({ PORT: z.string() });
  testRefusals([
    ["no schema", () => settings(undefined as never), invalid, "settings: expected a Standard Schema, got undefined"],
    ["null", () => settings(null as never), invalid, "settings: expected a Standard Schema, got null"],
    [
      "a plain object",
      () => settings({ PORT: z.string() } as never),
      invalid,
      "settings: expected a Standard Schema, got an object",
    ],
    [
      "null for their options",
      () => settings(schema, null as never),
      "INVALID_OPTION",
      "the options of settings: expected an object, got null",
    ],
    ...badOptions("settings", (options) => settings(schema, options), [
      ["env", "x", 'settings: env: expected an object, got "x"'],
      ["env", null, "settings: env: expected an object, got null"],
      ["env", [], "settings: env: expected an object, got an array of 0"],
      ["enviroment", {}, 'settings has no option "enviroment"'],
      ["evn", {}, 'settings has no option "evn"; did you mean "env"?'],
    ]),
  ]);

  test("an environment that does not fit fails at the start, naming every variable and no value", async () => {
    const { App, serve } = await import("afterwork");
    const all = z.object({ PORT: z.coerce.number(), SECRET: z.string().min(20), GONE: z.string() });
    const config = settings(all, { env: { PORT: "eighty", SECRET: "hunter2hunter2" } });
    const app = new App().get("/", { config }, () => 1);
    const failure = serve(app, { port: 0, hostname: "127.0.0.1", signals: false });
    await expect(failure).rejects.toMatchObject({ code: "INVALID_SETTINGS" });
    const { message } = (await failure.catch((error: unknown) => error)) as Error;
    expect(message).toMatch(/PORT: .*SECRET: .*GONE: /);
    expect(message).not.toMatch(/eighty|hunter2/);
  });
});
