import type { ScopeName } from "./scope-name.ts";

/** What only the type checker sees of an input. */
export interface InputTypes<Value, Scope extends ScopeName, NeedsRequest extends boolean> {
  readonly value: Value;
  readonly scope: Scope;
  readonly needsRequest: NeedsRequest;
}

/** Whatever may stand in a record of inputs: a dependency, or a parameter of the request. */
export interface Input<
  out Value = unknown,
  out Scope extends ScopeName = ScopeName,
  out NeedsRequest extends boolean = boolean,
> {
  readonly kind: "dependency" | "parameter";
  /** Never set; carries the types. */
  readonly "~types"?: InputTypes<Value, Scope, NeedsRequest>;
}
