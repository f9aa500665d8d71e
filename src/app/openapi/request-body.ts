import type { ParameterDescription } from "./route-description.ts";
import type { JsonSchema } from "../schemas/standard-schema.ts";
import type { Components } from "./components.ts";
import type { Content, RequestBodyObject } from "./document.ts";
import { describeParameter, type DescribedParameter } from "./parameter-schema.ts";

type Describe = (parameter: ParameterDescription) => DescribedParameter;

/** The body of an operation: JSON, or a form, which is multipart as soon as a file is in it. `undefined` without any. */
export function describeRequestBody(
  declared: readonly ParameterDescription[],
  components: Components,
  owner: string,
): RequestBodyObject | undefined {
  const describe: Describe = (parameter) => describeParameter(parameter, components, owner);
  const bodies = declared.filter(({ place }) => place === "body");
  if (bodies.length > 0) return jsonBody(bodies.map(describe));
  const fields = declared.filter(({ place }) => place === "form" || place === "file");
  return fields.length > 0 ? formBody(fields, describe) : undefined;
}

/** A handler and its dependencies may each read the body, each by a schema of its own: then it must fit all of them. */
function jsonBody(bodies: readonly DescribedParameter[]): RequestBodyObject {
  const schemas = [...new Map(bodies.map(({ schema }) => [JSON.stringify(schema), schema])).values()];
  const [only = {}] = schemas;
  const description = bodies.find((body) => body.description !== undefined)?.description;
  return {
    ...(description === undefined ? {} : { description }),
    required: bodies.some(({ required }) => required),
    content: mediaType("application/json", schemas.length === 1 ? only : { allOf: schemas }),
  };
}

function formBody(fields: readonly ParameterDescription[], describe: Describe): RequestBodyObject {
  const properties = new Map<string, JsonSchema>();
  const required = new Set<string>();
  for (const field of fields) {
    const described = describe(field);
    if (described.required) required.add(field.name);
    if (!properties.has(field.name)) properties.set(field.name, withDescription(described));
  }
  const schema: JsonSchema = {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(required.size === 0 ? {} : { required: [...required] }),
  };
  const multipart = fields.some(({ place }) => place === "file");
  const type = multipart ? "multipart/form-data" : "application/x-www-form-urlencoded";
  return { required: required.size > 0, content: mediaType(type, schema) };
}

function withDescription({ schema, description }: DescribedParameter): JsonSchema {
  return description === undefined ? schema : { ...schema, description };
}

function mediaType(type: string, schema: JsonSchema): Content {
  return { [type]: { schema } };
}
