import type { Context, MiddlewareHandler } from "hono";

import { responseEndKey, type ResponseEnd, type WaitUntil } from "../response-end.ts";
import { bodyEnd } from "./body-end.ts";
import { DenoEnd, isDenoServeInfo } from "./deno-end.ts";
import { HeadEnd } from "./head-end.ts";
import { NodeEnd, nodeOutgoingOf } from "./node-end.ts";
import { OutermostEnd } from "./outermost-end.ts";
import { WaitUntilEnd } from "./wait-until-end.ts";

interface KnownEnvironment {
  readonly [responseEndKey]?: ResponseEnd;
}

const outermost = new WeakMap<Context, OutermostEnd>();

/** Finds out how the end of this request's response can be known. */
export function responseEndOf(context: Context): ResponseEnd {
  const end = serverEndOf(context) ?? outermost.get(context) ?? bodyEndOf(context);
  return context.req.raw.method === "HEAD" ? new HeadEnd(end) : end;
}

/**
 * Stands before all other middleware. Where only the body tells the end of a response, it has to be the body that is really
 * sent: others may compress it, put another in its place, or take their time.
 */
export const watchOutermost: MiddlewareHandler = async (context, next) => {
  if (serverEndOf(context) !== undefined) return next();
  const isHead = context.req.raw.method === "HEAD";
  const end = new OutermostEnd(isHead ? new HeadEnd(bodyEndOf(context)) : bodyEndOf(context));
  outermost.set(context, end);
  await next();
  const delivered = end.deliver(context.res);
  if (delivered === context.res) return;
  // Hono would carry the headers of the old response over to the new one.
  context.res = undefined;
  context.res = delivered;
};

/** Where the server itself tells, whatever becomes of the body on its way. */
function serverEndOf(context: Context): ResponseEnd | undefined {
  const environment = context.env as KnownEnvironment | undefined;
  const own = environment?.[responseEndKey];
  if (own !== undefined) return own;
  const outgoing = nodeOutgoingOf(environment);
  if (outgoing !== undefined) return new NodeEnd(outgoing);
  return isDenoServeInfo(environment) ? new DenoEnd(environment.completed) : undefined;
}

function bodyEndOf(context: Context): ResponseEnd {
  const waitUntil = waitUntilOf(context);
  return waitUntil === undefined ? bodyEnd : new WaitUntilEnd(waitUntil);
}

/** `executionCtx` throws where there is none. */
function waitUntilOf(context: Context): WaitUntil | undefined {
  try {
    const { executionCtx } = context;
    return (promise) => executionCtx.waitUntil(promise);
  } catch {
    return undefined;
  }
}
