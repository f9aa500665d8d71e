import { PlainReply } from "../../app/response/plain-reply.ts";
import type { HandlerContext } from "../../app/request/handler-context.ts";
import { defineInjection } from "../../app/routing/route.ts";
import type { Inputs, NoReservedNames, Resolved } from "../../dependencies/inputs.ts";
import { callThrowing } from "./control-flow.ts";

/** What a server action receives before its own arguments. */
export type ActionContext<Names = {}> = Resolved<Names> & Pick<HandlerContext, "background" | "signal" | "log">;

/** Makes a server action: `(handler)` or `(inputs, handler)`. */
export interface DefineAction {
  <Args extends unknown[], Result>(
    handler: (context: ActionContext, ...args: Args) => Result,
  ): (...args: Args) => Promise<Awaited<Result>>;
  <const Names extends Inputs, Args extends unknown[], Result>(
    inputs: Names & NoReservedNames<Names>,
    handler: (context: ActionContext<Names>, ...args: Args) => Result,
  ): (...args: Args) => Promise<Awaited<Result>>;
}

/** What an action has returned: it is Next's to serialise. */
export class ActionReply extends PlainReply {
  readonly value: unknown;

  constructor(value: unknown) {
    super(200, null, undefined);
    this.value = value;
  }
}

type Handler = (context: object, ...args: readonly unknown[]) => unknown;

/** The arguments of `action` as `inject` takes them. @throws {AfterworkError} `INVALID_DEFINITION` */
export function actionArguments(args: readonly unknown[]): readonly unknown[] {
  const { inputs, handler } = defineInjection(args) as unknown as {
    readonly inputs: Inputs;
    readonly handler: Handler;
  };
  const act = async (context: { readonly native: { readonly given: readonly unknown[] } }): Promise<PlainReply> => {
    const value = await callThrowing(() => handler(context, ...context.native.given));
    return value instanceof PlainReply ? value : new ActionReply(value);
  };
  Object.defineProperty(act, "name", { value: handler.name });
  return [inputs, act];
}
