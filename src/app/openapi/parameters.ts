import type { ParameterDescription } from "./route-description.ts";
import type { Components } from "./components.ts";
import type { ParameterObject } from "./document.ts";
import { describeParameter } from "./parameter-schema.ts";
import type { PathParameter } from "./path-template.ts";

/**
 * The parameters of an operation outside its body: those of the path in its order, declared or not, then the others
 * as they were declared, each once, however many dependencies read it.
 */
export function describeParameters(
  template: readonly PathParameter[],
  declared: readonly ParameterDescription[],
  components: Components,
  owner: string,
): readonly ParameterObject[] {
  const inPath = template.map((parameter) => {
    const own = declared.find(({ place, name }) => place === "path" && name === parameter.name);
    return own === undefined ? undeclared(parameter) : withPattern(toObject("path", own, components, owner), parameter);
  });
  const others = new Map<string, ParameterObject>();
  for (const parameter of declared) {
    const { place } = parameter;
    if (place !== "query" && place !== "header" && place !== "cookie") continue;
    const key = `${place} ${place === "header" ? parameter.name.toLowerCase() : parameter.name}`;
    const described = toObject(place, parameter, components, owner);
    const before = others.get(key);
    others.set(key, before === undefined ? described : { ...before, required: before.required || described.required });
  }
  return [...inPath, ...others.values()];
}

function toObject(
  place: ParameterObject["in"],
  parameter: ParameterDescription,
  components: Components,
  owner: string,
): ParameterObject {
  const { schema, required, description } = describeParameter(parameter, components, owner);
  const described = { name: parameter.name, in: place, required: place === "path" || required, schema };
  return description === undefined ? described : { ...described, description };
}

function undeclared(parameter: PathParameter): ParameterObject {
  return withPattern({ name: parameter.name, in: "path", required: true, schema: { type: "string" } }, parameter);
}

/** Hono holds the whole segment against the pattern; a string that has none of its own shows it. */
function withPattern(described: ParameterObject, { pattern }: PathParameter): ParameterObject {
  const { schema } = described;
  if (pattern === undefined || schema["type"] !== "string" || "pattern" in schema) return described;
  return { ...described, schema: { ...schema, pattern: `^(?:${pattern})$` } };
}
