import type { JsonSchema } from "../schemas/standard-schema.ts";

/** The part of an OpenAPI 3.1 document that describes routes. @see https://spec.openapis.org/oas/v3.1.0 */
export interface OpenApiDocument {
  readonly openapi: "3.1.0";
  readonly info: OpenApiInfo;
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components?: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}

/** What the document says about the API as a whole. */
export interface OpenApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description?: string | undefined;
}

/** The methods that a path item has a place for. `head` is left out: every GET route answers it. */
export const documentedMethods = ["get", "put", "post", "delete", "options", "patch", "trace"] as const;

/** One of the methods that a path item has a place for. */
export type DocumentedMethod = (typeof documentedMethods)[number];

/** The operations of one path. */
export type PathItem = { readonly [Method in DocumentedMethod]?: Operation };

/** One method of one path. */
export interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly description?: string;
  readonly operationId: string;
  readonly deprecated?: boolean;
  readonly parameters?: readonly ParameterObject[];
  readonly requestBody?: RequestBodyObject;
  readonly responses: Readonly<Record<string, ResponseObject>>;
}

/** A parameter that is no part of the body. */
export interface ParameterObject {
  readonly name: string;
  readonly in: "path" | "query" | "header" | "cookie";
  readonly required: boolean;
  readonly description?: string;
  readonly schema: JsonSchema;
}

/** The body of a request, by media type. */
export interface RequestBodyObject {
  readonly required: boolean;
  readonly description?: string;
  readonly content: Content;
}

/** One answer of an operation; without `content` it has no body. */
export interface ResponseObject {
  readonly description: string;
  readonly content?: Content;
}

/** Schemas by media type. */
export type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;
