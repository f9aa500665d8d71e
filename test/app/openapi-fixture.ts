import { Validator } from "@seriousme/openapi-schema-validator";
import { expect } from "vitest";
import { openApiDocument, type OpenApiDocument } from "../../src/app/openapi/openapi.ts";
import type {
  ParameterDescription,
  ParameterPlace,
  RouteDescription,
} from "../../src/app/openapi/route-description.ts";
import type { StandardSchemaV1 } from "../../src/app/schemas/standard-schema.ts";

export const info = { title: "Shop", version: "1.2.3" };

export function route(method: string, path: string, rest: Partial<RouteDescription> = {}): RouteDescription {
  return { method, path, parameters: [], status: 200, options: {}, ...rest };
}

export function parameter(
  place: ParameterPlace,
  name: string,
  schema?: StandardSchemaV1,
  rest: Partial<ParameterDescription> = {},
): ParameterDescription {
  return { place, name, schema, list: false, ...rest };
}

const validator = new Validator();

/** What the validator for OpenAPI 3.1 has against a document. */
export async function faultsOf(document: object): Promise<unknown> {
  const { valid, errors } = await validator.validate(structuredClone({ ...document }));
  return valid ? [] : (errors ?? "invalid");
}

/** The document of these routes, after the validator has passed it. */
export async function documentOf(...routes: readonly RouteDescription[]): Promise<OpenApiDocument> {
  const document = openApiDocument(info, routes);
  expect(await faultsOf(document)).toEqual([]);
  expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  return document;
}

export function schemasOf(document: OpenApiDocument): Readonly<Record<string, unknown>> {
  return document.components?.schemas ?? {};
}

export function json(schema: object): object {
  return { "application/json": { schema } };
}
