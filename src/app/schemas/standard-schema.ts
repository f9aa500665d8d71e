import type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
import { isPlainObject } from "../../base/options.ts";
import { isPromiseLike } from "../../base/promises.ts";

export type { StandardJSONSchemaV1, StandardSchemaV1 } from "@standard-schema/spec";
export { isStandardSchema } from "../../base/standard-schema.ts";

/** A JSON Schema of draft 2020-12, as plain JSON. @see https://json-schema.org/draft/2020-12 */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** What a schema takes, or what it gives: with defaults and transformations the two differ. */
export type SchemaDirection = "input" | "output";

/** Does the schema accept this value? `false` also when it throws, or can only tell asynchronously. */
export function acceptsAtOnce(schema: StandardSchemaV1, value: unknown): boolean {
  try {
    const result = schema["~standard"].validate(value);
    if (!isPromiseLike(result)) return result.issues === undefined;
    // Nobody waits for this answer, and a rejection that nobody handles would end the process.
    result.then(undefined, () => {});
    return false;
  } catch {
    return false;
  }
}

/**
 * The JSON Schema of one direction of a schema, or `undefined` when the schema can't say: it has no
 * `~standard.jsonSchema`, or it throws. What it can express in part only comes out as the part.
 *
 * @see https://standardschema.dev/json-schema
 */
export function toJsonSchema(schema: StandardSchemaV1, direction: SchemaDirection): JsonSchema | undefined {
  const { jsonSchema }: Partial<StandardJSONSchemaV1.Props> = schema["~standard"];
  if (jsonSchema === undefined) return undefined;
  try {
    const converted = jsonSchema[direction]({ target: "draft-2020-12", libraryOptions });
    const json: unknown = JSON.parse(JSON.stringify(converted));
    return isPlainObject(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

/** A date travels as a string; the libraries themselves decline to say so. */
const dateInJson: JsonSchema = { type: "string", format: "date-time" };

/** Each library reads its own words of these: leave out what JSON Schema can't express instead of throwing, and name dates. */
const libraryOptions: Record<string, unknown> = {
  // zod
  unrepresentable: "any",
  override: ({ zodSchema, jsonSchema }: ZodConversion) => {
    if (zodSchema._zod.def.type === "date" && jsonSchema["type"] === undefined) Object.assign(jsonSchema, dateInJson);
  },
  // valibot, wrapped by toStandardJsonSchema
  errorMode: "ignore",
  overrideSchema: ({ valibotSchema }: ValibotConversion) => (valibotSchema.type === "date" ? dateInJson : undefined),
  // arktype
  fallback: { date: ({ base }: ArktypeConversion) => ({ ...base, ...dateInJson }) },
};

interface ZodConversion {
  readonly zodSchema: { readonly _zod: { readonly def: { readonly type: string } } };
  readonly jsonSchema: Record<string, unknown>;
}

interface ValibotConversion {
  readonly valibotSchema: { readonly type: string };
}

interface ArktypeConversion {
  readonly base: JsonSchema;
}
