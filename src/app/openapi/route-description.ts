import type { StandardSchemaV1 } from "../schemas/standard-schema.ts";

/** Where a parameter of a request is read. */
export type ParameterPlace = "path" | "query" | "header" | "cookie" | "body" | "form" | "file";

/** One value that a route reads from its requests, be it asked for by the handler or by one of its dependencies. */
export interface ParameterDescription {
  readonly place: ParameterPlace;
  /** As it stands in the request: `x-token`, not `xToken`. Of no meaning for a body. */
  readonly name: string;
  /** Without one: a string that must be there; for a body, any JSON. */
  readonly schema?: StandardSchemaV1 | undefined;
  /** Does it collect all values of that name? Its schema is that of one value. */
  readonly list: boolean;
  /** Unless given: lists may be left out, and so may what has a schema that accepts `undefined`. */
  readonly required?: boolean | undefined;
  readonly description?: string | undefined;
}

/** What an author can add to the description of a route, and whether it is shown at all. */
export interface DocumentationOptions {
  readonly tags?: readonly string[] | undefined;
  readonly summary?: string | undefined;
  readonly description?: string | undefined;
  /** Unless given, made of the method and the path. */
  readonly operationId?: string | undefined;
  readonly deprecated?: boolean | undefined;
  /** A hidden route is left out of the document. */
  readonly hidden?: boolean | undefined;
}

/** A route as its documentation sees it. */
export interface RouteDescription {
  /** In upper or lower case. */
  readonly method: string;
  /** In Hono's syntax, from the root: `/items/:id`, `/items/:id{[0-9]+}`, `/archive/:year?`, `/files/*`. */
  readonly path: string;
  readonly parameters: readonly ParameterDescription[];
  /** The status of a plain return value. */
  readonly status: number;
  /** What a plain return value is parsed by. */
  readonly response?: StandardSchemaV1 | undefined;
  /** Further statuses that the route answers with, each as `{"detail": …}`. */
  readonly errors?: readonly number[] | undefined;
  readonly options: DocumentationOptions;
}
