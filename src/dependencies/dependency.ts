import type { Input } from "./input.ts";
import type { ScopeName } from "./scope-name.ts";

/** How a dependency's value comes to be. */
export type Provider =
  | { readonly how: "call"; readonly provide: (context: object) => unknown }
  | { readonly how: "construct"; readonly constructor: new (context: object) => object };

/** A value that handlers, tasks and other dependencies can ask for by naming it among their inputs. */
export interface Dependency<
  out Value = unknown,
  out Scope extends ScopeName = ScopeName,
  out NeedsRequest extends boolean = boolean,
> extends Input<Value, Scope, NeedsRequest> {
  readonly kind: "dependency";
  readonly scope: ScopeName;
  /** Runs before the body is read and before any other parameter is judged. */
  readonly guard: boolean;
  /** The name of its function or class, for messages; empty when it has none. */
  readonly name: string;
  readonly inputs: Readonly<Record<string, Input>>;
  readonly provider: Provider;
  /** Set by `fresh`: the dependency that is to be resolved once more for this place. */
  readonly freshOf?: Dependency;
}

export function isDependency(value: unknown): value is Dependency {
  return typeof value === "object" && value !== null && dependencies.has(value);
}

const dependencies = new WeakSet();

/** Makes a dependency; only what went through here counts as one. */
export function createDependency<Made extends Dependency>(fields: Dependency): Made {
  const dependency = Object.freeze(fields);
  dependencies.add(dependency);
  return dependency as Made;
}
