import { Readable } from "node:stream";

import type { Context } from "koa";

import { hasNoBody } from "../../app/response/no-body.ts";
import { PlainReply, type Reply } from "../../app/response/plain-reply.ts";
import { answeredNatively } from "../injection.ts";
import { setHeaders } from "../write-reply.ts";

/** Sets a reply on the context, beside the headers that are there, so that middleware further out sees it as any other. */
export function setReply(ctx: Context, reply: Reply): void {
  if (reply === answeredNatively) return;
  const { status, headers } = reply;
  if (headers !== undefined && !ctx.headerSent) setHeaders(headers, ctx.res);
  ctx.status = status;
  if (hasNoBody(status)) ctx.body = null;
  else if (reply instanceof PlainReply) setJson(ctx, reply.body ?? "");
  else if (reply.body === null) setNothing(ctx);
  else ctx.body = Readable.fromWeb(reply.body as never);
}

function setJson(ctx: Context, body: string): void {
  if (!ctx.res.hasHeader("content-type")) ctx.set("content-type", "application/json");
  ctx.body = body;
}

/** For Koa no body would be 204, and an empty one text. */
function setNothing(ctx: Context): void {
  const hasType = ctx.res.hasHeader("content-type");
  ctx.body = "";
  if (!hasType) ctx.remove("content-type");
}
