import type { AppParts } from "../app-parts.ts";
import { CompiledRoute } from "../routing/compiled-route.ts";
import type { RouteMethod } from "../routing/route.ts";
import { Exchange } from "./exchange.ts";
import { toResponse } from "../response/plain-reply.ts";
import { recover } from "./handle-request.ts";
import type { RequestSource } from "./request-source.ts";

/**
 * Answers an error of middleware. If the route had answered by then, its request has failed after all, and what waits
 * for its success is dropped.
 */
export async function failFromOutside(error: unknown, source: RequestSource, app: AppParts): Promise<Response> {
  const answered = app.exchanges?.get(source.request);
  if (answered !== undefined) return answered.answerAnew(error);
  const exchange = new Exchange(routeOf(source, app), source, app);
  return toResponse(await exchange.send(await recover(exchange, error)));
}

/** No route was reached, but error handlers expect all that a request has. */
function routeOf(source: RequestSource, app: AppParts): CompiledRoute {
  const { pathname } = new URL(source.request.url);
  const method = source.method as RouteMethod;
  const definition = { kind: "http", method, path: pathname, inputs: {}, options: {} } as const;
  return new CompiledRoute({ ...definition, handler: () => undefined }, app.overrides, 0);
}
