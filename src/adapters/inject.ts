import type { StandardSchemaV1 } from "../app/schemas/standard-schema.ts";
import type { HandlerContext } from "../app/request/handler-context.ts";
import type { ResponseOf } from "../app/routing/add-route.ts";
import type { RouteOptions } from "../app/routing/route.ts";
import type { Inputs, NoReservedNames, Resolved } from "../dependencies/inputs.ts";

/** What is said of an injected handler beside its inputs. */
export type InjectOptions = Pick<RouteOptions, "status" | "response">;

/** What an injected handler receives: its inputs, the context of an app's handler, and the framework's own objects. */
export type InjectedArgument<Names, Native> = Resolved<Names> & HandlerContext & { readonly native: Native };

/**
 * Makes a handler of the framework's own kind from one with inputs: `(handler)`, `(inputs, handler)` or
 * `(inputs, options, handler)`. Dependencies and parameters are resolved as in a route of an app; what the handler returns
 * is answered as there, unless it has answered through `native`.
 *
 * @throws {AfterworkError} `INVALID_DEFINITION` or `INVALID_OPTION`, when it is called.
 */
export interface Inject<Native, Result> {
  (handler: (context: InjectedArgument<{}, Native>) => unknown): Result;
  <const Names extends Inputs>(
    inputs: Names & NoReservedNames<Names>,
    handler: (context: InjectedArgument<Names, Native>) => unknown,
  ): Result;
  <const Names extends Inputs, Schema extends StandardSchemaV1>(
    inputs: Names & NoReservedNames<Names>,
    options: InjectOptions & { readonly response: Schema },
    handler: (context: InjectedArgument<Names, Native>) => ResponseOf<Schema> | Native[keyof Native] | undefined,
  ): Result;
  <const Names extends Inputs>(
    inputs: Names & NoReservedNames<Names>,
    options: InjectOptions & { readonly response?: never },
    handler: (context: InjectedArgument<Names, Native>) => unknown,
  ): Result;
}
