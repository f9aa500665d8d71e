import { afterwork, type HonoAdapter, type WorkEnv } from "afterwork/hono";
import { Hono, type Context, type MiddlewareHandler } from "hono";
import type { ContentfulStatusCode, StatusCode } from "hono/utils/http-status";

import { toReadable, type Answer } from "./answer.ts";
import { engine } from "./engine.ts";
import { injectedRoutes } from "./injected.ts";
import { play } from "./site.ts";

/** An app of Hono, and the work of its requests. */
export interface HonoSite {
  readonly app: Hono<WorkEnv>;
  readonly work: HonoAdapter;
}

/** The middleware around ours, and the middleware that it is around. */
export interface HonoMiddleware {
  readonly outer?: readonly MiddlewareHandler[];
  readonly inner?: readonly MiddlewareHandler[];
}

/** The site of the contract, to be served by whatever serves apps of Hono. */
export function makeHonoSite({ outer = [], inner = [] }: HonoMiddleware = {}): HonoSite {
  const work = afterwork({ engine });
  const app = new Hono<WorkEnv>();
  for (const one of outer) app.use(one);
  app.use(work.middleware);
  for (const one of inner) app.use(one);
  app.onError((_error, c) => c.json({ error: "handled by Hono" }, 500));
  app.on(["GET", "POST"], "/plays/:name", async (c) => send(await play(c.req.url, c.var.background), c));
  app.use("/parsed/*", async (c, next) => {
    if (c.req.header("content-type") === "application/json") await c.req.json();
    else await c.req.parseBody();
    await next();
  });
  for (const { method, path, inputs, handler } of injectedRoutes<{ readonly c: Context }>(answerNatively)) {
    app.on(method, path, work.inject(inputs, handler));
  }
  return { app, work };
}

function send(answer: Answer, c: Context): Response {
  const { status, headers } = answer;
  if (answer.kind === "json") return c.json(answer.body as object, status as ContentfulStatusCode, headers);
  if (answer.kind === "empty") return c.body(null, status as StatusCode, headers);
  return c.body(toReadable(answer.chunks), status as ContentfulStatusCode, {
    "content-type": "text/plain",
    ...headers,
  });
}

function answerNatively({ c }: { readonly c: Context }): Response {
  return c.json({ native: true });
}
