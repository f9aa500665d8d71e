import { App, type HandlerContext, type ResponseDraft } from "afterwork";
import type { MiddlewareHandler } from "hono";
import { compress } from "hono/compress";

import type { Answer } from "./answer.ts";
import { engine } from "./engine.ts";
import { injectedRoutes } from "./injected.ts";
import { play } from "./site.ts";

/** The app of the contract, to be served by whatever serves apps, which may compress by itself. */
export function makeApp(middleware: readonly MiddlewareHandler[] = [compress()]): App {
  const app = new App({ engine });
  for (const one of middleware) app.use(one);
  const plays = async ({ request, response, background }: HandlerContext): Promise<unknown> =>
    send(await play(request.url, background), response);
  app.get("/plays/:name", plays);
  app.post("/plays/:name", plays);
  for (const { method, path, inputs, handler } of injectedRoutes<undefined>(() => Response.json({ native: true }))) {
    const add = method === "GET" ? app.get : app.post;
    add(path, inputs, (context) => handler(Object.assign(context, { native: undefined })));
  }
  return app;
}

function send(answer: Answer, response: ResponseDraft): unknown {
  const { status, headers } = answer;
  if (answer.kind === "empty") return new Response(null, { status, headers });
  response.status = status;
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value);
  if (answer.kind === "json") return answer.body;
  response.headers.set("content-type", "text/plain");
  return answer.chunks;
}
