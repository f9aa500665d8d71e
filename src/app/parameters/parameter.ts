import type { Parameter } from "../../dependencies/parameter.ts";
import type { ParameterPlace } from "../openapi/route-description.ts";
import type { StandardSchemaV1 } from "../schemas/standard-schema.ts";
import type { FileOptions } from "./file-options.ts";

/** A parameter as `path`, `query` and the others make it. */
export interface RequestParameter<out Value = unknown> extends Parameter<Value> {
  readonly place: ParameterPlace | "request" | "response";
  /** The name in the request, where it is not that of the input. */
  readonly givenName: string | undefined;
  readonly schema: StandardSchemaV1 | undefined;
  /** Does it take all values of its name? */
  readonly list: boolean;
  /** For files. */
  readonly file: FileOptions | undefined;
}

/** How the parameter is called in the request. A header is written with dashes: `xToken` reads `x-token`. */
export function nameInRequest(parameter: RequestParameter, inputName: string): string {
  if (parameter.givenName !== undefined) return parameter.givenName;
  if (parameter.place !== "header") return inputName;
  return inputName.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll("_", "-");
}
