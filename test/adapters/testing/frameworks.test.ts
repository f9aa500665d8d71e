import { afterwork as forExpress } from "afterwork/express";
import { afterwork as forFastify } from "afterwork/fastify";
import { afterwork as forH3 } from "afterwork/h3";
import { afterwork as forHono, type WorkEnv } from "afterwork/hono";
import { afterwork as forKoa } from "afterwork/koa";
import express, { type NextFunction, type Request, type Response } from "express";
import fastify from "fastify";
import { H3 } from "h3";
import { Hono } from "hono";
import Koa from "koa";
import { TestClient, type TestTarget, type WatchableWork } from "afterwork/testing";
import { expect, onTestFinished, test } from "vitest";

import { testClientCases } from "./client-cases.ts";
import { pages } from "./shop.ts";

testClientCases("Express", (options) => {
  const work = forExpress(options);
  const app = express();
  app.use(work.middleware);
  for (const [path, page] of Object.entries(pages)) {
    app.post(path, async (req, res) => {
      res.json(await page(req.background));
    });
  }
  app.use(work.errors);
  return { work, target: app };
});

testClientCases("Fastify", async (options) => {
  const work = forFastify(options);
  const app = fastify();
  await app.register(work.plugin);
  for (const [path, page] of Object.entries(pages)) app.post(path, (request) => page(request.background));
  return { work, target: app.server, start: () => app.ready(), close: () => app.close() };
});

testClientCases("Hono", (options) => {
  const work = forHono(options);
  const app = new Hono<WorkEnv>();
  app.use(work.middleware);
  for (const [path, page] of Object.entries(pages)) {
    app.post(path, async (c) => c.json(await page(c.var.background)));
  }
  app.onError((_error, c) => c.text("Internal Server Error", 500));
  return { work, target: app };
});

testClientCases("H3", (options) => {
  const work = forH3(options);
  const app = new H3({ silent: true });
  app.use(work.middleware);
  for (const [path, page] of Object.entries(pages)) app.post(path, (event) => page(event.context.background));
  return { work, target: app };
});

testClientCases("Koa", (options) => {
  const work = forKoa(options);
  const app = new Koa();
  app.silent = true;
  app.use(work.middleware);
  app.use(async (ctx, next) => {
    const page = pages[ctx.path];
    if (page === undefined) return next();
    ctx.body = await page(ctx.background);
  });
  return { work, target: app.callback() };
});

function withAnswerOfExpress(): { readonly work: WatchableWork; readonly target: TestTarget } {
  const work = forExpress();
  const app = express();
  app.use(work.middleware);
  app.get("/", () => {
    throw new RangeError("out of range");
  });
  app.use(work.errors);
  app.use((_error: Error, _req: Request, res: Response, _next: NextFunction) => void res.status(409).json("taken"));
  return { work, target: app };
}

async function withAnswerOfFastify(): Promise<{ readonly work: WatchableWork; readonly target: TestTarget }> {
  const work = forFastify();
  const app = fastify();
  await app.register(work.plugin);
  app.setErrorHandler((_error, _request, reply) => reply.code(409).send("taken"));
  app.get("/", ({ background }) => {
    background.addTask(() => {});
    throw new RangeError("out of range");
  });
  await app.ready();
  onTestFinished(() => app.close());
  return { work, target: app.server };
}

function withAnswerOfHono(): { readonly work: WatchableWork; readonly target: TestTarget } {
  const work = forHono();
  const app = new Hono<WorkEnv>();
  app.use(work.middleware);
  app.onError((_error, c) => c.json("taken", 409));
  app.get("/", () => {
    throw new RangeError("out of range");
  });
  return { work, target: app };
}

test.each([
  ["Express", withAnswerOfExpress],
  ["Fastify", withAnswerOfFastify],
  ["Hono", withAnswerOfHono],
])("an error that a handler of %s answers has been foreseen", async (_name, serve) => {
  const { work, target } = await serve();
  const client = new TestClient(work, { target });
  onTestFinished(() => client.close());
  expect((await client.get("/")).status).toBe(409);
});
