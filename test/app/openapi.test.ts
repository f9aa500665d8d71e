import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openApiDocument, type OpenApiDocument } from "../../src/app/openapi/openapi.ts";
import type { RouteDescription } from "../../src/app/openapi/route-description.ts";
import { int } from "../../src/app/schemas/small-schemas.ts";
import { documentOf, faultsOf, info, json, parameter, route, schemasOf } from "./openapi-fixture.ts";

describe("the document", () => {
  test("of an app without routes is valid", async () => {
    expect(await documentOf()).toEqual({ openapi: "3.1.0", info, paths: {} });
  });

  test("carries the description of the API", () => {
    const described = openApiDocument({ ...info, description: "Sells things." }, []);
    expect(described.info.description).toBe("Sells things.");
  });

  test.each([
    ["a path without its parameter's place", { paths: { "/items": { get: { parameters: [{ name: "id" }] } } } }],
    ["a dangling reference", { paths: {}, components: { schemas: { A: { $ref: "#/components/schemas/B" } } } }],
    ["a component name with a space", { paths: {}, components: { schemas: { "An item": {} } } }],
    ["a response without a description", { paths: { "/": { get: { responses: { 200: {} } } } } }],
  ])("would be refused by the validator for %s", async (_, wrong) => {
    expect(await faultsOf({ openapi: "3.1.0", info, ...wrong })).not.toEqual([]);
  });

  test("shows what the author wrote about a route", async () => {
    const options = {
      tags: ["items"],
      summary: "One",
      description: "Longer",
      operationId: "readOne",
      deprecated: true,
    };
    const document = await documentOf(route("GET", "/items", { options: { ...options, hidden: false } }));
    expect(document.paths["/items"]?.get).toMatchObject(options);
  });

  test("leaves out hidden routes, HEAD, and methods that OpenAPI doesn't know", async () => {
    const document = await documentOf(
      route("GET", "/secret", { options: { hidden: true } }),
      route("HEAD", "/head"),
      route("PURGE", "/cache"),
      route("DELETE", "/items"),
    );
    expect(document.paths).toEqual({ "/items": { delete: expect.any(Object) } });
  });

  test("describes the first of two routes with one method and path", async () => {
    const document = await documentOf(
      route("GET", "/a", { options: { summary: "first" } }),
      route("GET", "/a", { options: { summary: "second" } }),
      route("POST", "/a"),
    );
    expect(document.paths["/a"]).toMatchObject({ get: { summary: "first" }, post: {} });
  });
});

describe("operation ids", () => {
  const idsOf = (document: OpenApiDocument) =>
    Object.values(document.paths).flatMap((item) => Object.values(item).map(({ operationId }) => operationId));

  test("are made of method and path", async () => {
    const document = await documentOf(
      route("GET", "/"),
      route("GET", "/items/:itemId"),
      route("POST", "/user-groups/:id/members"),
    );
    expect(idsOf(document)).toEqual(["getRoot", "getItemsByItemId", "postUserGroupsByIdMembers"]);
  });

  test("are unique, and those that were chosen stay", async () => {
    const document = await documentOf(
      route("GET", "/a-b"),
      route("GET", "/a/b"),
      route("GET", "/c", { options: { operationId: "getAB" } }),
      route("GET", "/d", { options: { operationId: "getAB" } }),
    );
    expect(idsOf(document)).toEqual(["getAB2", "getAB3", "getAB", "getAB4"]);
  });
});

describe("paths", () => {
  const shapeOf = (document: OpenApiDocument) =>
    Object.entries(document.paths).map(([path, item]) => [path, item.get?.parameters?.map(({ name }) => name) ?? []]);

  test.each([
    ["/", [["/", []]]],
    ["/items/", [["/items/", []]]],
    ["/items/:id", [["/items/{id}", ["id"]]]],
    ["/a/:x/b/:y", [["/a/{x}/b/{y}", ["x", "y"]]]],
    ["/items/:id{[0-9]{4}}", [["/items/{id}", ["id"]]]],
    ["/files/:path{.+/.+}/raw", [["/files/{path}/raw", ["path"]]]],
    [
      "/a/:b?",
      [
        ["/a", []],
        ["/a/{b}", ["b"]],
      ],
    ],
    [
      "/:b{[a-z]+}?",
      [
        ["/", []],
        ["/{b}", ["b"]],
      ],
    ],
    [
      "/a/:year?/:month?",
      [
        ["/a", []],
        ["/a/{year}", ["year"]],
        ["/a/{year}/{month}", ["year", "month"]],
      ],
    ],
    ["/files/*", [["/files/{wildcard}", ["wildcard"]]]],
    ["/*/x/*", [["/{wildcard}/x/{wildcard2}", ["wildcard", "wildcard2"]]]],
  ])("%s", async (path, shape) => expect(shapeOf(await documentOf(route("GET", path)))).toEqual(shape));

  test("a declared path parameter keeps its schema; one that is not declared is text in its pattern", async () => {
    const document = await documentOf(
      route("GET", "/items/:id{[0-9]+}/:slug{[a-z]+|[0-9]+}", { parameters: [parameter("path", "id", int.min(1))] }),
    );
    expect(document.paths["/items/{id}/{slug}"]?.get?.parameters).toEqual([
      { name: "id", in: "path", required: true, schema: { type: "integer", minimum: 1 } },
      { name: "slug", in: "path", required: true, schema: { type: "string", pattern: "^(?:[a-z]+|[0-9]+)$" } },
    ]);
  });

  test("an optional path parameter is required where it stands, and absent where it does not", async () => {
    const year = parameter("path", "year", int.optional());
    const { paths } = await documentOf(route("GET", "/archive/:year?", { parameters: [year] }));
    expect(paths["/archive"]?.get).not.toHaveProperty("parameters");
    expect(paths["/archive/{year}"]?.get?.parameters).toMatchObject([{ name: "year", required: true }]);
  });
});

describe("responses", () => {
  async function responsesOf(rest: Partial<RouteDescription>): Promise<unknown> {
    return (await documentOf(route("GET", "/", rest))).paths["/"]?.get?.responses;
  }

  test("show the output side of the response schema", async () => {
    const response = z.object({ price: z.string().transform(Number).pipe(z.number()), note: z.string().default("") });
    expect(await responsesOf({ status: 201, response })).toEqual({
      201: {
        description: "Successful Response",
        content: json(expect.objectContaining({ required: ["price", "note"], additionalProperties: false })),
      },
    });
  });

  test("are any JSON without a schema", async () => {
    expect(await responsesOf({})).toEqual({ 200: { description: "Successful Response", content: json({}) } });
  });

  test.each([204, 205, 304, 307])("have no content with %i", async (status) => {
    expect(await responsesOf({ status, response: z.string() })).toEqual({
      [status]: { description: expect.any(String) },
    });
  });

  test("are 422 too when there are inputs, in FastAPI's words", async () => {
    const document = await documentOf(route("GET", "/", { parameters: [parameter("query", "q")] }), route("GET", "/b"));
    expect(document.paths["/"]?.get?.responses["422"]).toEqual({
      description: "Validation Error",
      content: json({ $ref: "#/components/schemas/HTTPValidationError" }),
    });
    expect(Object.keys(schemasOf(document))).toEqual(["HTTPValidationError", "ValidationError"]);
    expect(document.paths["/b"]?.get?.responses).not.toHaveProperty("422");
  });

  test("list the errors that the author named", async () => {
    const detail = { content: json({ $ref: "#/components/schemas/HTTPError" }) };
    expect(await responsesOf({ errors: [404, 409, 499, 200] })).toEqual({
      200: { description: "Successful Response", content: json({}) },
      404: { description: "Not Found", ...detail },
      409: { description: "Conflict", ...detail },
      499: { description: "Error", ...detail },
    });
  });
});
