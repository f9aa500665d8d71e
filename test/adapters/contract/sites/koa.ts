import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";

import { Router } from "@koa/router";
import { afterwork, type KoaNative } from "afterwork/koa";
import Koa from "koa";
import compress from "koa-compress";

import type { Answer } from "../answer.ts";
import { engine } from "../engine.ts";
import { injectedRoutes } from "../injected.ts";
import { play, type Site } from "../site.ts";

export async function start(): Promise<Site> {
  const work = afterwork({ engine });
  const app = new Koa();
  app.use(compress());
  app.use(work.middleware);

  const router = new Router();
  const plays = async (ctx: Koa.Context): Promise<void> => send(await play(ctx.originalUrl, ctx.background), ctx);
  router.get("/plays/:name", plays).post("/plays/:name", plays);
  router.use("/parsed", parseBody);
  for (const { method, path, inputs, handler } of injectedRoutes<KoaNative>(answerNatively)) {
    if (method === "GET") router.get(path, work.inject(inputs, handler));
    else router.post(path, work.inject(inputs, handler));
  }
  app.use(router.routes());

  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  await work.attach(server, { signals: false });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function send({ status, headers, ...answer }: Answer, ctx: Koa.Context): void {
  ctx.status = status;
  ctx.set(headers);
  if (answer.kind === "json") ctx.body = answer.body;
  if (answer.kind === "stream") {
    ctx.type = "text/plain";
    ctx.body = Readable.from(answer.chunks);
  }
}

function answerNatively({ ctx }: KoaNative): void {
  ctx.body = { native: true };
}

/** What the usual parsers do. */
const parseBody: Koa.Middleware = async (ctx, next) => {
  const body = await text(ctx.req);
  const isJson = ctx.is("json") === "json";
  Object.assign(ctx.request, { body: isJson ? JSON.parse(body) : Object.fromEntries(new URLSearchParams(body)) });
  await next();
};
