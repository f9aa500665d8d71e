import { AfterworkError } from "../../base/errors.ts";
import type { Overrides } from "../../dependencies/overrides.ts";
import { compilePlan, type Plan, type PlannedParameter, type Stage, type Step } from "../../dependencies/plan.ts";
import { pathParameterNames } from "../openapi/path-template.ts";
import { nameInRequest, type RequestParameter } from "../parameters/parameter.ts";
import { ParameterReader } from "../parameters/parameter-reader.ts";
import type { ResponseShape } from "../response/serialise.ts";
import type { ParameterDescription, RouteDescription } from "../openapi/route-description.ts";
import type { RouteDefinition } from "./route.ts";

/** One stage, ready to run: the parameters to judge together, and the dependencies to resolve after them. */
export interface ReadyStage {
  /** `undefined` when nothing is read. */
  readonly reader: ParameterReader | undefined;
  readonly steps: readonly Step[];
}

/** All that is decided about a route before there is a request. */
export interface Ready {
  readonly plan: Plan;
  /** Guards first, then all the rest. Stages with nothing to do are left out. */
  readonly stages: readonly ReadyStage[];
  readonly version: number;
  readonly readsJson: boolean;
  readonly direct: boolean;
}

/** A route of an app. Its plan is made when it is registered, and again when a test overrides a dependency. */
export class CompiledRoute {
  readonly definition: RouteDefinition;
  /** How messages call it. */
  readonly name: string;
  readonly shape: ResponseShape;
  readonly #overrides: Overrides;
  readonly #bodyLimit: number;
  #ready: Ready;

  /** @throws {AfterworkError} for a path parameter that the path does not have, and all that makes a plan impossible. */
  constructor(definition: RouteDefinition, overrides: Overrides, bodyLimit: number) {
    this.definition = definition;
    this.name = nameOf(definition);
    this.shape = { status: definition.options.status ?? 200, schema: definition.options.response };
    this.#overrides = overrides;
    this.#bodyLimit = bodyLimit;
    this.#ready = this.#compile();
    if (definition.kind !== "injected")
      refuseUnknownPathParameters(this.name, definition.path, parametersOf(this.#ready.plan));
  }

  get ready(): Ready {
    if (this.#ready.version !== this.#overrides.version) this.#ready = this.#compile();
    return this.#ready;
  }

  #compile(): Ready {
    const { version, actual } = this.#overrides;
    const plan = compilePlan(this.definition.inputs, { owner: this.name, side: "handler", override: actual });
    const stages = [...plan.guards, plan.main].map((stage) => this.#readyStage(stage));
    const places = new Set(parametersOf(plan).map(({ parameter }) => parameter.place));
    return {
      plan,
      version,
      stages: stages.filter(({ reader, steps }) => reader !== undefined || steps.length > 0),
      readsJson: places.has("body"),
      direct: this.definition.kind === "http" && !places.has("form") && !places.has("file"),
    };
  }

  #readyStage(stage: Stage): ReadyStage {
    if (stage.parameters.length === 0) return { reader: undefined, steps: stage.steps };
    return { reader: new ParameterReader(stage.parameters, this.name, this.#bodyLimit), steps: stage.steps };
  }

  /** The largest body that it takes, in bytes. */
  get bodyLimit(): number {
    return this.#bodyLimit;
  }

  /** Does it read the body as JSON? */
  get readsJson(): boolean {
    return this.ready.readsJson;
  }

  /** May a server call it without a standard request? Only forms and sockets need one. */
  get direct(): boolean {
    return this.ready.direct;
  }

  /** What the documentation shows. */
  describe(): RouteDescription {
    const { method, path, options } = this.definition;
    const parameters = parametersOf(this.#ready.plan).flatMap(describeParameter);
    const { response, errors } = options;
    return { method, path, parameters, status: this.shape.status, response, errors, options };
  }
}

function nameOf({ kind, method, path, handler }: RouteDefinition): string {
  if (kind === "injected") return handler.name === "" ? "inject" : `inject(${handler.name})`;
  return kind === "socket" ? `ws ${path}` : `${method} ${path}`;
}

function parametersOf(plan: Plan): readonly PlannedParameter[] {
  return [...plan.guards, plan.main].flatMap(({ parameters }) => parameters);
}

function describeParameter({ parameter, name }: PlannedParameter): ParameterDescription[] {
  const requested = parameter as RequestParameter;
  const { place, schema, list, file } = requested;
  if (place === "request" || place === "response") return [];
  const required = file === undefined ? undefined : !list && file.optional !== true;
  return [{ place, name: nameInRequest(requested, name), schema, list, required }];
}

function refuseUnknownPathParameters(owner: string, path: string, parameters: readonly PlannedParameter[]): void {
  const known = pathParameterNames(path);
  for (const { parameter, name } of parameters) {
    if (parameter.place !== "path") continue;
    const asked = nameInRequest(parameter as RequestParameter, name);
    if (known.includes(asked)) continue;
    throw new AfterworkError(
      "INVALID_DEFINITION",
      `${owner}: the path has no parameter :${asked}${known.length === 0 ? "" : `; it has :${known.join(", :")}`}`,
    );
  }
}
