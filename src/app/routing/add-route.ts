import type { Inputs, NoReservedNames, Resolved } from "../../dependencies/inputs.ts";
import type { HandlerContext } from "../request/handler-context.ts";
import type { RouteOptions } from "./route.ts";
import type { AppSocket } from "../socket/app-socket.ts";
import type { StandardSchemaV1 } from "../schemas/standard-schema.ts";

/** What a handler receives: the inputs it shares with its group, its own, and the context. */
export type HandlerArgument<Shared, Names> = Resolved<Shared> & Resolved<Names> & HandlerContext;

/** What a handler with a `response` schema may return: a value that fits it, or a response of its own. */
export type ResponseOf<Schema extends StandardSchemaV1> =
  | StandardSchemaV1.InferInput<Schema>
  | Response
  | Promise<StandardSchemaV1.InferInput<Schema> | Response>;

/** Adds a route: `(path, handler)`, `(path, inputs, handler)` or `(path, inputs, options, handler)`. */
export interface AddRoute<Shared extends Inputs, Self> {
  (path: string, handler: (context: HandlerArgument<Shared, {}>) => unknown): Self;
  <const Names extends Inputs>(
    path: string,
    inputs: Names & NoReservedNames<Names>,
    handler: (context: HandlerArgument<Shared, Names>) => unknown,
  ): Self;
  <const Names extends Inputs, Schema extends StandardSchemaV1>(
    path: string,
    inputs: Names & NoReservedNames<Names>,
    options: RouteOptions & { readonly response: Schema },
    handler: (context: HandlerArgument<Shared, Names>) => ResponseOf<Schema>,
  ): Self;
  <const Names extends Inputs>(
    path: string,
    inputs: Names & NoReservedNames<Names>,
    options: RouteOptions & { readonly response?: never },
    handler: (context: HandlerArgument<Shared, Names>) => unknown,
  ): Self;
}

/** Adds a WebSocket route: `(path, handler)` or `(path, inputs, handler)`. */
export interface AddSocketRoute<Shared extends Inputs, Self> {
  (path: string, handler: (context: SocketArgument<Shared, {}>) => unknown): Self;
  <const Names extends Inputs>(
    path: string,
    inputs: Names & NoReservedNames<Names>,
    handler: (context: SocketArgument<Shared, Names>) => unknown,
  ): Self;
}

/** What the handler of a WebSocket route receives. */
export type SocketArgument<Shared, Names> = Resolved<Shared> &
  Resolved<Names> &
  Omit<HandlerContext, "response"> & { readonly socket: AppSocket };
