import { toStandardJsonSchema } from "@valibot/to-json-schema";
import { scope, type } from "arktype";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openApiDocument } from "../../src/app/openapi/openapi.ts";
import type { StandardJSONSchemaV1, StandardSchemaV1 } from "../../src/app/schemas/standard-schema.ts";
import { documentOf, info, json, parameter, route, schemasOf } from "./openapi-fixture.ts";

/** What a body of this schema comes to, and the components it brings along but for those of 422. */
async function bodyOf(schema: StandardSchemaV1): Promise<{ readonly body: unknown; readonly components: unknown }> {
  const document = await documentOf(route("POST", "/items", { parameters: [parameter("body", "item", schema)] }));
  const { HTTPValidationError: _, ValidationError: __, ...components } = schemasOf(document);
  return { body: document.paths["/items"]?.post?.requestBody?.content["application/json"]?.schema, components };
}

/** A schema that describes itself in this way. */
function describedBy(jsonSchema: StandardJSONSchemaV1.Converter): StandardSchemaV1 & StandardJSONSchemaV1 {
  return { "~standard": { ...z.string()["~standard"], jsonSchema } };
}

describe("schemas", () => {
  const dated = { type: "string", format: "date-time" };

  test("of zod come with dates and enums, and with {} for what JSON can't say", async () => {
    const schema = z.object({ at: z.date(), kind: z.enum(["a", "b"]), tags: z.map(z.string(), z.string()) });
    expect((await bodyOf(schema)).body).toMatchObject({
      properties: { at: dated, kind: { type: "string", enum: ["a", "b"] }, tags: {} },
    });
  });

  test("of valibot do the same once they are wrapped", async () => {
    const schema = toStandardJsonSchema(v.object({ at: v.date(), kind: v.picklist(["a", "b"]), big: v.bigint() }));
    expect((await bodyOf(schema)).body).toMatchObject({
      properties: { at: dated, kind: { enum: ["a", "b"] }, big: {} },
    });
  });

  test("of bare valibot say nothing", async () => {
    expect(await bodyOf(v.object({ name: v.string() }))).toEqual({ body: {}, components: {} });
  });

  test("of arktype do the same, though they are functions", async () => {
    const schema = type({ at: "Date", kind: "'a' | 'b'", "note?": "string" });
    expect((await bodyOf(schema)).body).toMatchObject({
      properties: { at: dated, kind: { enum: ["a", "b"] }, note: { type: "string" } },
      required: ["at", "kind"],
    });
  });

  test("that throw say nothing", async () => {
    const refuse = () => {
      throw new Error("no such target");
    };
    expect((await bodyOf(describedBy({ input: refuse, output: refuse }))).body).toEqual({});
  });

  test("without a name stay where they are, those with a title become components, plain labelled values don't", async () => {
    const item = z.object({ name: z.string().meta({ title: "The name" }) }).meta({ title: "Shop item" });
    expect(await bodyOf(item)).toEqual({
      body: { $ref: "#/components/schemas/ShopItem" },
      components: { ShopItem: expect.objectContaining({ title: "Shop item" }) },
    });
    expect(await bodyOf(z.string().meta({ title: "Plain" }))).toEqual({
      body: { type: "string", title: "Plain" },
      components: {},
    });
  });

  test("with an id become components wherever they stand", async () => {
    const author = z.object({ name: z.string() }).meta({ id: "shop/author" });
    const { body, components } = await bodyOf(z.object({ by: author, editors: z.array(author) }));
    expect(body).toMatchObject({
      properties: {
        by: { $ref: "#/components/schemas/ShopAuthor" },
        editors: { items: { $ref: "#/components/schemas/ShopAuthor" } },
      },
    });
    expect(body).not.toHaveProperty("$defs");
    expect(components).toEqual({ ShopAuthor: expect.objectContaining({ type: "object" }) });
  });

  const Tree = z.object({
    name: z.string(),
    get children() {
      return z.array(Tree);
    },
  });
  interface ValibotTree {
    readonly children: readonly ValibotTree[];
  }
  const valibotTree: v.GenericSchema<ValibotTree> = v.object({ children: v.array(v.lazy(() => valibotTree)) });
  const { tree: arktypeTree } = scope({ tree: { "child?": "tree" } }).export();

  test.each([
    ["zod", Tree],
    ["valibot", toStandardJsonSchema(valibotTree)],
    ["arktype", arktypeTree],
  ])("that refer to themselves become components named after their operation (%s)", async (_, schema) => {
    const { body, components } = await bodyOf(schema);
    expect(body).toEqual({ $ref: "#/components/schemas/PostItemsBody" });
    expect(Object.keys(components as object)).toEqual(["PostItemsBody"]);
    expect(JSON.stringify(components)).toContain('{"$ref":"#/components/schemas/PostItemsBody"}');
  });

  test("that refer to themselves deep down leave no reference behind", async () => {
    const { body, components } = await bodyOf(z.object({ left: Tree, right: Tree }));
    const part = { $ref: "#/components/schemas/PostItemsBodyPart" };
    expect(body).toMatchObject({ properties: { left: part, right: part } });
    expect(components).toMatchObject({ PostItemsBodyPart: { properties: { children: { items: part } } } });
  });

  test("that refer to themselves are numbered where their operation has several", async () => {
    const other = z.object({
      get next() {
        return other.optional();
      },
    });
    const { components } = await bodyOf(z.object({ left: Tree, right: Tree, first: other, last: other }));
    expect(Object.keys(components as object)).toEqual(["PostItemsBodyPart", "PostItemsBodyPart2"]);
  });

  test("get a name that OpenAPI allows, whatever their title or their operation is called", async () => {
    const { body } = await bodyOf(z.object({}).meta({ title: "商品" }));
    expect(body).toEqual({ $ref: "#/components/schemas/PostItemsBody" });
    const document = await documentOf(route("GET", "/", { response: Tree, options: { operationId: "木" } }));
    expect(Object.keys(schemasOf(document))).toEqual(["Response"]);
  });

  test("used twice in one direction are one component; the other direction differs and is called so", async () => {
    const user = z.object({ name: z.string().default("?") }).meta({ title: "User" });
    const parameters = [parameter("body", "user", user)];
    const document = await documentOf(
      route("POST", "/users", { parameters, response: user }),
      route("PUT", "/users", { parameters, response: user }),
    );
    expect(Object.keys(schemasOf(document))).toEqual(["HTTPValidationError", "User", "UserOutput", "ValidationError"]);
    expect(document.paths["/users"]?.put?.requestBody?.content).toEqual(json({ $ref: "#/components/schemas/User" }));
    expect(document.paths["/users"]?.put?.responses["200"]?.content).toEqual(
      json({ $ref: "#/components/schemas/UserOutput" }),
    );
  });

  test("of one name are one component only if all that they refer to is equal, too", async () => {
    const pet = (tag: object) => {
      const raw = { title: "Pet", properties: { tag: { $ref: "#/$defs/Tag" } }, $defs: { Tag: tag } };
      return describedBy({ input: () => raw, output: () => raw });
    };
    const parametersOf = (tag: object) => ({ parameters: [parameter("body", "pet", pet(tag))] });
    const document = await documentOf(
      route("POST", "/a", parametersOf({ type: "string" })),
      route("POST", "/b", parametersOf({ type: "string" })),
      route("POST", "/c", parametersOf({ type: "number" })),
      route("POST", "/d", parametersOf({ type: "boolean" })),
    );
    const { content } = document.paths["/b"]?.post?.requestBody ?? {};
    expect(content).toEqual(json({ $ref: "#/components/schemas/Pet" }));
    expect(schemasOf(document)).toMatchObject({
      Pet: { properties: { tag: { $ref: "#/components/schemas/Tag" } } },
      PetInput: { properties: { tag: { $ref: "#/components/schemas/TagInput" } } },
      PetInput2: { properties: { tag: { $ref: "#/components/schemas/TagInput2" } } },
      Tag: { type: "string" },
      TagInput: { type: "number" },
      TagInput2: { type: "boolean" },
    });
  });

  test("don't take the names of the framework's own components", async () => {
    const mine = z.object({ mine: z.string() }).meta({ title: "ValidationError" });
    const { body } = await bodyOf(mine);
    expect(body).toEqual({ $ref: "#/components/schemas/ValidationErrorInput" });
  });

  test("are rewritten where they refer, not where the data looks like it", async () => {
    const raw = {
      $schema: "https://json-schema.org/draft/2020-12/schema",
      $id: "https://example.org/schemas/odd.json",
      type: "object",
      properties: {
        $ref: { $ref: "#/$defs/a~1b%20c/properties/x" },
        default: { $ref: "#/$defs/a~1b%20c" },
        self: { $ref: "#/properties/$ref" },
        elsewhere: { $ref: "https://example.org/other.json" },
      },
      default: { $ref: "#/$defs/data" },
      examples: [{ $ref: "#" }],
      $defs: { "a/b c": { type: "object", properties: { x: { enum: [{ $ref: "#" }] } } }, unused: {} },
    };
    const schema = describedBy({ input: () => raw, output: () => raw });
    const document = openApiDocument(info, [route("POST", "/", { parameters: [parameter("body", "odd", schema)] })]);
    expect(schemasOf(document)).toMatchObject({
      "odd.json": {
        type: "object",
        properties: {
          $ref: { $ref: "#/components/schemas/ABC/properties/x" },
          default: { $ref: "#/components/schemas/ABC" },
          self: { $ref: "#/components/schemas/odd.json/properties/$ref" },
          elsewhere: { $ref: "https://example.org/other.json" },
        },
        default: { $ref: "#/$defs/data" },
        examples: [{ $ref: "#" }],
      },
      ABC: { properties: { x: { enum: [{ $ref: "#" }] } } },
    });
    expect(schemasOf(document)["odd.json"]).not.toHaveProperty("$id");
    expect(Object.keys(schemasOf(document))).not.toContain("unused");
  });
});
