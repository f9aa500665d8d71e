import { describe } from "../base/options.ts";
import { DependencyDefinitionError } from "./definition-errors.ts";
import { createDependency, isDependency, type Dependency, type Provider } from "./dependency.ts";
import type { AppContext } from "./app-scope.ts";
import type { Input } from "./input.ts";
import type { Inputs, NeedsRequest, NoReservedNames, Resolved } from "./inputs.ts";
import { checkDefinition } from "./plan.ts";
import type { ScopeName } from "./scope-name.ts";

/** What a provider provides: what its generator yields, or what its promise resolves to. */
export type Provided<Result> =
  Result extends AsyncGenerator<infer Value, unknown, never>
    ? Value
    : Result extends Generator<infer Value, unknown, never>
      ? Value
      : Awaited<Result>;

/**
 * Defines a dependency from a function, a generator function (what follows its `yield` is the clean-up) or a class.
 * Resolved at most once per request, or per run of a task.
 *
 * @throws {DependencyScopeError} when it would outlive something among its inputs.
 * @throws {DependencyCycleError} when it needs itself.
 * @throws {DependencyDefinitionError} when an input is none, or bears a reserved name.
 */
export interface Define<Scope extends ScopeName, Needs extends ScopeName, Context> {
  <Result>(provide: (context: Context) => Result): Dependency<Provided<Result>, Scope, false>;
  <const Names extends Inputs<Needs>, Result>(
    inputs: Names & NoReservedNames<Names>,
    provide: (context: Resolved<Names> & Context) => Result,
  ): Dependency<Provided<Result>, Scope, NeedsRequest<Names>>;
  <Instance extends object>(constructor: new (context: Context) => Instance): Dependency<Instance, Scope, false>;
  <const Names extends Inputs<Needs>, Instance extends object>(
    inputs: Names & NoReservedNames<Names>,
    constructor: new (context: Resolved<Names> & Context) => Instance,
  ): Dependency<Instance, Scope, NeedsRequest<Names>>;
}

/**
 * `depends` itself defines `function` scope; its members define the others. `Context` is what a dependency is given
 * beside its inputs, which the floor that resolves it decides.
 */
export interface Depends<Context> extends Define<"function", ScopeName, Context> {
  /** Runs before the body is read and any other parameter is judged: authentication and the like. `function` scope. */
  readonly guard: Define<"function", ScopeName, Context>;
  /** Closes after the request's in-process tasks, so that they and a streamed body may use it. */
  readonly request: Define<"request", "request" | "app", Context>;
  /** Made once, before the server listens, and closed at shutdown. */
  readonly app: Define<"app", "app", AppContext>;
}

/** `depends` for one kind of context. */
export function createDepends<Context>(): Depends<Context> {
  return Object.assign(definer("function", false), {
    guard: definer("function", true),
    request: definer("request", false),
    app: definer("app", false),
  }) as Depends<Context>;
}

type Callable = (context: object) => unknown;

function definer(scope: ScopeName, guard: boolean): (first: unknown, second?: unknown) => Dependency {
  return (first, second) => {
    const [inputs, provide] = second === undefined ? [{}, first] : [first, second];
    if (typeof provide !== "function") throw misuse("a function, a generator function or a class", provide);
    if (typeof inputs !== "object" || inputs === null || Array.isArray(inputs)) {
      throw misuse("an object of inputs", inputs);
    }
    const dependency = createDependency<Dependency>({
      kind: "dependency",
      scope,
      guard,
      name: provide.name,
      inputs: inputs as Record<string, Input>,
      provider: providerOf(provide as Callable),
    });
    checkDefinition(dependency);
    return dependency;
  };
}

function misuse(wanted: string, got: unknown): DependencyDefinitionError {
  return new DependencyDefinitionError(`depends: expected ${wanted}, got ${describe(got)}`);
}

function providerOf(provide: Callable): Provider {
  if (!isClass(provide)) return { how: "call", provide };
  return { how: "construct", constructor: provide as unknown as new (context: object) => object };
}

/** Only classes have a `prototype` that can't be written; functions and generators do not. */
export function isClass(provide: object): boolean {
  return Object.getOwnPropertyDescriptor(provide, "prototype")?.writable === false;
}

/**
 * The same dependency, but resolved once more for the place where this stands, instead of sharing the one of the
 * request. What it depends on itself is shared as ever.
 *
 * @throws {DependencyDefinitionError} for a dependency of `app` scope: it is made once by definition.
 */
export function fresh<Value, Scope extends "function" | "request", Needs extends boolean>(
  dependency: Dependency<Value, Scope, Needs>,
): Dependency<Value, Scope, Needs> {
  if (!isDependency(dependency)) {
    throw new DependencyDefinitionError(`fresh: expected a dependency (made by depends), got ${describe(dependency)}`);
  }
  if (dependency.scope === "app") {
    throw new DependencyDefinitionError(`fresh: ${dependency.name || "a dependency"} has app scope: there is only one`);
  }
  return createDependency({ ...dependency, freshOf: dependency.freshOf ?? dependency });
}
