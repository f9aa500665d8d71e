import type { Context, Next } from "koa";

import { NodeSource } from "../../app/request/node-source.ts";
import type { InjectedRequest } from "../injection.ts";
import { NodeRoute } from "../node-request.ts";
import type { NodeVisit } from "../node-visit.ts";

/** What an injected handler finds under `native`. */
export interface KoaNative {
  readonly ctx: Context;
  /** Calls what comes next, as in any middleware: dependencies stay open until the handler has ended. */
  readonly next: Next;
}

/** What the router and the usual body parsers leave behind. */
interface ParsedContext extends Omit<Context, "request"> {
  readonly params?: Readonly<Record<string, unknown>>;
  readonly request: Context["request"] & { readonly body?: unknown };
}

/** A request of Koa for an injected handler. */
export function koaRequest(visit: NodeVisit, ctx: Context, next: Next): InjectedRequest {
  const { req, res, params, request } = ctx as ParsedContext;
  let wentOn = false;
  const native: KoaNative = {
    ctx,
    next: () => {
      wentOn = true;
      return next();
    },
  };
  return {
    visit,
    source: new NodeSource(new NodeRoute(req, { params, body: request.body }), req, res),
    native,
    isNativeAnswer: (value) => (value === undefined ? wentOn || isAnswered(ctx) : value === ctx || value === ctx.res),
  };
}

/** Koa itself has no other word for a status that somebody has set. */
function isAnswered(ctx: Context): boolean {
  const { _explicitStatus } = ctx.response as { readonly _explicitStatus?: boolean };
  return _explicitStatus === true || ctx.body != null || ctx.respond === false || ctx.headerSent;
}
