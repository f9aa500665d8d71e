import { isPlainObject } from "../../base/options.ts";
import type { JsonSchema } from "../schemas/standard-schema.ts";

/** Their values are instances, in which `$ref` is a property like any other. */
const instanceKeywords: ReadonlySet<string> = new Set(["const", "default", "enum", "example", "examples"]);
/** Their values are maps whose keys are anybody's names, not keywords. */
const mapKeywords: ReadonlySet<string> = new Set([
  "$defs",
  "definitions",
  "dependentSchemas",
  "patternProperties",
  "properties",
]);

/** The same schema with every reference replaced. */
export function mapReferences(schema: JsonSchema, replace: (reference: string) => string): JsonSchema {
  const mapAny = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(mapAny);
    return isPlainObject(value) ? mapReferences(value, replace) : value;
  };
  const mapKeyword = ([keyword, value]: [string, unknown]): [string, unknown] => {
    if (keyword === "$ref" && typeof value === "string") return [keyword, replace(value)];
    if (instanceKeywords.has(keyword)) return [keyword, value];
    if (!mapKeywords.has(keyword) || !isPlainObject(value)) return [keyword, mapAny(value)];
    return [keyword, Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, mapAny(inner)]))];
  };
  return Object.fromEntries(Object.entries(schema).map(mapKeyword));
}
