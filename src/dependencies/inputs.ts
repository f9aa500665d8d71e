import type { Input } from "./input.ts";
import type { Parameter } from "./parameter.ts";
import type { ReservedName } from "./reserved-names.ts";
import type { ScopeName } from "./scope-name.ts";

/** The inputs of a handler, a dependency or a task, by the names under which it receives them. */
export type Inputs<Scope extends ScopeName = ScopeName, NeedsRequest extends boolean = boolean> = {
  readonly [name: string]: Input<unknown, Scope, NeedsRequest>;
};

/** No name of the context may be taken, but for `request` and `response` by the parameters that are just these. */
export type NoReservedNames<Names> = {
  readonly [Name in keyof Names & Exclude<ReservedName, "request" | "response">]: never;
} & { readonly [Name in keyof Names & "request"]: Parameter<Request> } & {
  readonly [Name in keyof Names & "response"]: Input<unknown, "request", true> & { readonly place: "response" };
};

/** The values behind inputs. */
export type Resolved<Names> = {
  -readonly [Name in keyof Names]: Names[Name] extends Input<infer Value> ? Value : never;
};

/** Does anything among these inputs read the request? Then it can't run in a task. */
export type NeedsRequest<Names> = true extends { [Name in keyof Names]: RequestNeedOf<Names[Name]> }[keyof Names]
  ? true
  : false;

type RequestNeedOf<One> = One extends Input<unknown, ScopeName, infer Need> ? Need : false;
