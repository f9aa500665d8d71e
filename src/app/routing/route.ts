import { AfterworkError } from "../../base/errors.ts";
import { isSyncGeneratorFunction } from "../../base/generators.ts";
import {
  aBoolean,
  aString,
  checkOptions,
  describe,
  strings,
  wholeNumber,
  type OptionRule,
} from "../../base/options.ts";
import { isClass } from "../../dependencies/depends.ts";
import type { Input } from "../../dependencies/input.ts";
import type { DocumentationOptions } from "../openapi/route-description.ts";
import { pathLiterals, pathParameterNames } from "../openapi/path-template.ts";
import { isStandardSchema, type StandardSchemaV1 } from "../schemas/standard-schema.ts";

/** What can be said of a route beside its inputs. */
export interface RouteOptions extends DocumentationOptions {
  /** The status of a plain return value. Default 200. */
  readonly status?: number;
  /** The output is parsed by it, so what it does not name is left out; a misfit is a 500 that is reported. */
  readonly response?: StandardSchemaV1;
  /** Further statuses that it answers with, for the documentation, each as `{"detail": …}`. 422 is described anyway. */
  readonly errors?: readonly number[];
}

/** The methods that routes have. */
export type RouteMethod = "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "OPTIONS";

/** A route as it was written down. */
export interface RouteDefinition {
  /** `injected`: another framework finds it, so its path is not known here. */
  readonly kind: "http" | "socket" | "injected";
  readonly method: RouteMethod;
  readonly path: string;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly options: RouteOptions;
  readonly handler: (context: never) => unknown;
}

const anErrorStatus = wholeNumber(400, 599);
const errorStatuses: OptionRule = {
  expected: "an array of statuses from 400 to 599",
  accepts: (value) => Array.isArray(value) && value.every((status) => anErrorStatus.accepts(status)),
};
const aSchema: OptionRule = { expected: "a Standard Schema", accepts: isStandardSchema };

/**
 * Sorts out the arguments of `app.post(path, handler)`, `(path, inputs, handler)` and `(path, inputs, options, handler)`.
 *
 * @throws {AfterworkError} `INVALID_DEFINITION` or `INVALID_OPTION`.
 */
export function defineRoute(
  kind: "http" | "socket",
  method: RouteMethod,
  path: string,
  rest: readonly unknown[],
): RouteDefinition {
  const owner = kind === "socket" ? `ws ${path}` : `${method} ${path}`;
  if (typeof path !== "string" || (path !== "" && !path.startsWith("/"))) {
    throw invalid(`${method}: expected a path that begins with "/", got ${describe(path)}`);
  }
  return { kind, method, path, ...sortOut(owner, "path, ", rest) };
}

/** Sorts out the arguments of `inject(handler)`, `(inputs, handler)` and `(inputs, options, handler)`; throws alike. */
export function defineInjection(rest: readonly unknown[]): RouteDefinition {
  return { kind: "injected", method: "GET", path: "", ...sortOut("inject", "", rest) };
}

function sortOut(
  owner: string,
  before: string,
  rest: readonly unknown[],
): Pick<RouteDefinition, "inputs" | "options" | "handler"> {
  const handler = rest.at(-1);
  const inputs = rest.length > 1 ? rest[0] : {};
  const options = rest.length > 2 ? rest[1] : {};
  if (rest.length > 3 || typeof handler !== "function") {
    const forms = ["handler", "inputs, handler", "inputs, options, handler"].map((form) => `(${before}${form})`);
    throw invalid(`${owner}: expected ${forms[0]}, ${forms[1]} or ${forms[2]}`);
  }
  // Nobody sends what a generator yields: only async iterables are streamed.
  if (isSyncGeneratorFunction(handler) || isClass(handler)) {
    const wanted = "a handler that is a function or an async generator function";
    throw invalid(`${owner}: expected ${wanted}, got a ${isClass(handler) ? "class" : "generator function"}`);
  }
  if (typeof inputs !== "object" || inputs === null || Array.isArray(inputs)) {
    throw invalid(`${owner}: expected inputs to be an object, got ${describe(inputs)}`);
  }
  checkOptions(owner, options, {
    status: wholeNumber(200, 599),
    response: aSchema,
    tags: strings,
    summary: aString,
    description: aString,
    operationId: aString,
    deprecated: aBoolean,
    errors: errorStatuses,
    hidden: aBoolean,
  });
  return {
    inputs: inputs as RouteDefinition["inputs"],
    options: options as RouteOptions,
    handler: handler as RouteDefinition["handler"],
  };
}

function invalid(message: string): AfterworkError {
  return new AfterworkError("INVALID_DEFINITION", message);
}

/** The same route behind a prefix, with inputs and tags shared by its group. */
export function withGroup(route: RouteDefinition, group: RouteGroup): RouteDefinition {
  const path = joinPaths(group.prefix, route.path);
  checkPath(`${route.method} ${path}`, path);
  for (const [name, input] of Object.entries(route.inputs)) {
    if (Object.hasOwn(group.inputs, name) && group.inputs[name] !== input) {
      throw invalid(
        `${route.method} ${path}: the input ${name} is declared twice: by the route, and by its router or app`,
      );
    }
  }
  const tags = [...new Set([...group.tags, ...(route.options.tags ?? [])])];
  const options = tags.length === 0 ? route.options : { ...route.options, tags };
  return { ...route, path, inputs: { ...group.inputs, ...route.inputs }, options };
}

function checkPath(owner: string, path: string): void {
  const names = pathParameterNames(path);
  const repeated = names.find((name, index) => names.indexOf(name) < index);
  if (repeated !== undefined) throw invalid(`${owner}: the parameter :${repeated} stands there twice`);
  const [, strange] = /([?#].*)/.exec(pathLiterals(path).join("/")) ?? [];
  if (strange !== undefined) throw invalid(`${owner}: expected a path without ${JSON.stringify(strange)}`);
}

/** What routes have in common. */
export interface RouteGroup {
  readonly prefix: string;
  readonly tags: readonly string[];
  readonly inputs: Readonly<Record<string, Input>>;
}

/** Without a slash at its end, as requests are compared: a trailing slash of theirs counts for nothing. */
function joinPaths(prefix: string, path: string): string {
  const joined = `${prefix.replace(/\/$/, "")}${path}`.replace(/\/$/, "");
  return joined === "" ? "/" : joined;
}
