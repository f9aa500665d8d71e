import { AfterworkError } from "../../base/errors.ts";
import { describe } from "../../base/options.ts";
import type { Parameter } from "../../dependencies/parameter.ts";
import type { ResponseDraft } from "../response/response-draft.ts";
import { isStandardSchema, type StandardSchemaV1 } from "../schemas/standard-schema.ts";
import type { UploadFile } from "../uploads/upload-file.ts";
import { checkFileOptions, type FileOptions } from "./file-options.ts";
import type { RequestParameter } from "./parameter.ts";

/** A schema that can accept a string, because strings are all that these places hold. */
export type StringSchema<Schema extends StandardSchemaV1> = [
  StandardSchemaV1.InferInput<Schema> & (string | undefined),
] extends [never]
  ? { readonly "this schema never accepts a string; use int, number, bool, or a coercing schema": never }
  : [Extract<StandardSchemaV1.InferInput<Schema>, string>] extends [never]
    ? unknown extends StandardSchemaV1.InferInput<Schema>
      ? unknown
      : { readonly "this schema never accepts a string; use int, number, bool, or a coercing schema": never }
    : unknown;

/** Defines a parameter that is one string, made into something by a schema. */
export interface DefineText {
  /** A string that must be there. The input's name is the name in the request, unless one is given. */
  (name?: string): Parameter<string>;
  <Schema extends StandardSchemaV1>(
    schema: Schema & StringSchema<Schema>,
  ): Parameter<StandardSchemaV1.InferOutput<Schema>>;
  <Schema extends StandardSchemaV1>(
    name: string,
    schema: Schema & StringSchema<Schema>,
  ): Parameter<StandardSchemaV1.InferOutput<Schema>>;
}

/** Defines a parameter that is a list: all values sent under its name. The schema is that of one value. */
export interface DefineTextList {
  (name?: string): Parameter<string[]>;
  <Schema extends StandardSchemaV1>(
    schema: Schema & StringSchema<Schema>,
  ): Parameter<StandardSchemaV1.InferOutput<Schema>[]>;
  <Schema extends StandardSchemaV1>(
    name: string,
    schema: Schema & StringSchema<Schema>,
  ): Parameter<StandardSchemaV1.InferOutput<Schema>[]>;
}

/** Defines the whole body, parsed as JSON. */
export interface DefineBody {
  /** Any JSON. */
  (): Parameter;
  <Schema extends StandardSchemaV1>(schema: Schema): Parameter<StandardSchemaV1.InferOutput<Schema>>;
}

/** Defines an uploaded file. */
export interface DefineFile {
  (name?: string): Parameter<UploadFile>;
  <const Options extends FileOptions>(options: Options): Parameter<UploadFile | MayBeMissing<Options>>;
  <const Options extends FileOptions>(name: string, options: Options): Parameter<UploadFile | MayBeMissing<Options>>;
  /** All files sent under the name. */
  all(options?: FileOptions): Parameter<UploadFile[]>;
  all(name: string, options?: FileOptions): Parameter<UploadFile[]>;
}

type MayBeMissing<Options> = Options extends { readonly optional: true } ? undefined : never;

/** A part of the path: `:userId`. */
export const path: DefineText = text("path", false);
/** A value of the query string; `query.all` takes every value of the name. */
export const query: DefineText & { readonly all: DefineTextList } = Object.assign(text("query", false), {
  all: text("query", true),
});
/** A header; the input `xToken` reads `x-token`. */
export const header: DefineText = text("header", false);
/** A cookie. */
export const cookie: DefineText = text("cookie", false);
/** A field of a form, urlencoded or multipart; `form.all` takes every value of the name. */
export const form: DefineText & { readonly all: DefineTextList } = Object.assign(text("form", false), {
  all: text("form", true),
});

export const body: DefineBody = (schema?: StandardSchemaV1) => {
  if (schema !== undefined && !isStandardSchema(schema)) throw notASchema("body", schema);
  return parameter("body", { schema }) as Parameter as Parameter<never>;
};

export const file: DefineFile = Object.assign(
  (first?: string | FileOptions, second?: FileOptions) => fileParameter(first, second, false),
  { all: (first?: string | FileOptions, second?: FileOptions) => fileParameter(first, second, true) },
) as DefineFile;

/** The `Request` itself. What asks for it can't be used by a task. */
export function request(): Parameter<Request> & { readonly place: "request" } {
  return parameter("request", {}) as Parameter<Request> & { readonly place: "request" };
}

/** Status, headers and cookies to be sent beside a plain return value. */
export function response(): Parameter<ResponseDraft> & { readonly place: "response" } {
  return parameter("response", {}) as Parameter<ResponseDraft> & { readonly place: "response" };
}

type TextPlace = "path" | "query" | "header" | "cookie" | "form";

function text(place: TextPlace, list: boolean): DefineText {
  const define = (first?: unknown, second?: unknown): Parameter => {
    const named = typeof first === "string";
    const schema = named ? second : first;
    if (first === "") throw misnamed(place);
    if (!named && second !== undefined) throw misplaced(place);
    if (schema !== undefined && !isStandardSchema(schema)) throw notASchema(place, schema);
    return parameter(place, { givenName: named ? first : undefined, schema, list });
  };
  return define as DefineText;
}

function fileParameter(
  first: string | FileOptions | undefined,
  second: FileOptions | undefined,
  list: boolean,
): Parameter {
  const named = typeof first === "string";
  const given = named ? second : first;
  const options = given === undefined ? {} : given;
  if (first === "") throw misnamed("file");
  checkFileOptions(options);
  return parameter("file", { givenName: named ? first : undefined, list, file: options });
}

interface Details {
  readonly givenName?: string | undefined;
  readonly schema?: StandardSchemaV1 | undefined;
  readonly list?: boolean;
  readonly file?: FileOptions | undefined;
}

function parameter(place: RequestParameter["place"], details: Details): RequestParameter {
  return Object.freeze({
    kind: "parameter",
    place,
    readsBody: place === "body" || place === "form" || place === "file",
    givenName: details.givenName,
    schema: details.schema,
    list: details.list ?? false,
    file: details.file,
  } as const);
}

function misnamed(place: string): AfterworkError {
  return new AfterworkError("INVALID_DEFINITION", `${place}: expected a name that is not empty, got ""`);
}

function misplaced(place: string): AfterworkError {
  return new AfterworkError("INVALID_DEFINITION", `${place}: expected (name, schema), got the schema first`);
}

function notASchema(place: string, got: unknown): AfterworkError {
  return new AfterworkError(
    "INVALID_DEFINITION",
    `${place}: expected a Standard Schema (of zod, valibot, arktype, …, or int, number, bool), got ${describe(got)}`,
  );
}
