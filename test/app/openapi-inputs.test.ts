import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import type { ParameterDescription } from "../../src/app/openapi/route-description.ts";
import { bool, int } from "../../src/app/schemas/small-schemas.ts";
import { documentOf, json, parameter, route } from "./openapi-fixture.ts";

describe("parameters", () => {
  async function parametersOf(...parameters: readonly ParameterDescription[]): Promise<unknown> {
    return (await documentOf(route("GET", "/", { parameters }))).paths["/"]?.get?.parameters;
  }

  test("without a schema they are required text", async () => {
    expect(await parametersOf(parameter("header", "x-token"))).toEqual([
      { name: "x-token", in: "header", required: true, schema: { type: "string" } },
    ]);
  });

  test("they are required if their schema refuses undefined", async () => {
    const described = await parametersOf(
      parameter("query", "limit", int.min(1).default(10)),
      parameter("query", "flag", bool.optional()),
      parameter("query", "page", int),
      parameter("query", "zod", z.string().optional()),
      parameter("query", "valibot", toStandardJsonSchema(v.optional(v.string(), "x"))),
      parameter("query", "arktype", type("string | undefined")),
      parameter("cookie", "session", z.string()),
    );
    expect(described).toMatchObject(
      [false, false, true, false, false, false, true].map((required) => ({ required, schema: expect.any(Object) })),
    );
  });

  test("a schema that can only tell asynchronously, or that throws, counts as required", async () => {
    const late = z.any().refine(() => Promise.resolve(true));
    const judgedBy = (validate: () => never | Promise<never>) => ({
      "~standard": { version: 1 as const, vendor: "test", validate },
    });
    const rejecting = judgedBy(() => Promise.reject(new Error("nobody waits for this")));
    const throwing = judgedBy(() => {
      throw new TypeError("not a string");
    });
    const described = await parametersOf(
      parameter("query", "late", late),
      parameter("query", "rejecting", rejecting),
      parameter("query", "throwing", throwing),
    );
    expect(described).toMatchObject([{ required: true }, { required: true }, { required: true, schema: {} }]);
  });

  test("what is said about being required outweighs the schema", async () => {
    const described = await parametersOf(parameter("query", "q", z.string(), { required: false }));
    expect(described).toMatchObject([{ required: false }]);
  });

  test("lists are arrays of what their schema describes, and may be empty", async () => {
    const list = { list: true };
    const described = await parametersOf(
      parameter("query", "plain", undefined, list),
      parameter("query", "numbers", int, list),
      parameter("query", "kinds", z.enum(["a", "b"]), { list: true, required: true }),
    );
    expect(described).toMatchObject([
      { required: false, schema: { type: "array", items: { type: "string" } } },
      { required: false, schema: { type: "array", items: { type: "integer" } } },
      { required: true, schema: { type: "array", items: { enum: ["a", "b"] } } },
    ]);
  });

  test("the description of a parameter, or else of its schema, is shown", async () => {
    const described = await parametersOf(
      parameter("query", "a", z.string().describe("of the schema")),
      parameter("query", "b", z.string().describe("of the schema"), { description: "of the parameter" }),
    );
    expect(described).toMatchObject([{ description: "of the schema" }, { description: "of the parameter" }]);
  });

  test("one that several dependencies read is listed once, and required if it is for one of them", async () => {
    const described = await parametersOf(
      parameter("header", "x-token", z.string().optional()),
      parameter("header", "X-Token", z.string()),
      parameter("query", "x-token", z.string().optional()),
    );
    expect(described).toMatchObject([
      { in: "header", name: "x-token", required: true },
      { in: "query", name: "x-token", required: false },
    ]);
  });
});

describe("request bodies", () => {
  async function requestBodyOf(...parameters: readonly ParameterDescription[]): Promise<unknown> {
    return (await documentOf(route("POST", "/", { parameters }))).paths["/"]?.post?.requestBody;
  }

  test("a body is JSON", async () => {
    const item = z.object({ name: z.string() });
    expect(await requestBodyOf(parameter("body", "item", item))).toEqual({
      required: true,
      content: json({ type: "object", properties: { name: { type: "string" } }, required: ["name"] }),
    });
    expect(await requestBodyOf(parameter("body", "item", item.optional()))).toMatchObject({ required: false });
  });

  test("a body without a schema is any JSON", async () => {
    expect(await requestBodyOf(parameter("body", "item"))).toEqual({ required: true, content: json({}) });
  });

  test("a body that is read twice fits both schemas, one that is read twice alike the one", async () => {
    const [one, other] = [z.object({ a: z.string() }), z.object({ b: z.string() })];
    const twice = await requestBodyOf(parameter("body", "one", one), parameter("body", "other", other));
    const alike = await requestBodyOf(parameter("body", "one", one), parameter("body", "same", one));
    expect(twice).toMatchObject({ content: json({ allOf: [{ required: ["a"] }, { required: ["b"] }] }) });
    expect(alike).toMatchObject({ content: json({ required: ["a"] }) });
  });

  test("a form is urlencoded", async () => {
    const form = await requestBodyOf(
      parameter("form", "name"),
      parameter("form", "age", int.optional(), { description: "in years" }),
      parameter("form", "tag", undefined, { list: true }),
    );
    expect(form).toEqual({
      required: true,
      content: {
        "application/x-www-form-urlencoded": {
          schema: {
            type: "object",
            properties: {
              name: { type: "string" },
              age: { type: "integer", description: "in years" },
              tag: { type: "array", items: { type: "string" } },
            },
            required: ["name"],
          },
        },
      },
    });
  });

  test("a form with files is multipart", async () => {
    const file = { type: "string", contentMediaType: "application/octet-stream" };
    const form = await requestBodyOf(
      parameter("form", "title", z.string().optional()),
      parameter("file", "cover", undefined, { required: false }),
      parameter("file", "pages", undefined, { list: true }),
    );
    expect(form).toEqual({
      required: false,
      content: {
        "multipart/form-data": {
          schema: {
            type: "object",
            properties: { title: { type: "string" }, cover: file, pages: { type: "array", items: file } },
          },
        },
      },
    });
    expect(await requestBodyOf(parameter("file", "upload"))).toMatchObject({ required: true });
  });
});
