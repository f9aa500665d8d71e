import type { ParameterDescription } from "./route-description.ts";
import { acceptsAtOnce, type JsonSchema } from "../schemas/standard-schema.ts";
import type { Components } from "./components.ts";
import { pascalCase } from "./names.ts";

/** A parameter's schema, whether it must be given, and what is said about it. */
export interface DescribedParameter {
  readonly schema: JsonSchema;
  readonly required: boolean;
  readonly description: string | undefined;
}

/** `owner` is a name for the operation that a schema without a name of its own is called after. */
export function describeParameter(
  parameter: ParameterDescription,
  components: Components,
  owner: string,
): DescribedParameter {
  const own = ownSchema(parameter, components, owner);
  const { description } = components.resolve(own);
  return {
    schema: parameter.list ? { type: "array", items: own } : own,
    required: parameter.required ?? mustBeGiven(parameter),
    description: parameter.description ?? (typeof description === "string" ? description : undefined),
  };
}

function ownSchema({ place, name, schema }: ParameterDescription, components: Components, owner: string): JsonSchema {
  if (place === "file") return { type: "string", contentMediaType: "application/octet-stream" };
  const suffix = place === "body" ? "Body" : pascalCase(`${place} ${name}`);
  if (schema !== undefined) return components.refer(schema, "input", owner + suffix);
  return place === "body" ? {} : { type: "string" };
}

/** A list of which nothing was sent is an empty list. */
function mustBeGiven({ schema, list }: ParameterDescription): boolean {
  return !list && (schema === undefined || !acceptsAtOnce(schema, undefined));
}
