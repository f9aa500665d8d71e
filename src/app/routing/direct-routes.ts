import { RegExpRouter } from "hono/router/reg-exp-router";
import { SmartRouter } from "hono/router/smart-router";
import { TrieRouter } from "hono/router/trie-router";

import type { AppParts } from "../app-parts.ts";
import { handleRequest } from "../request/handle-request.ts";
import type { RequestSource } from "../request/request-source.ts";
import type { Reply } from "../response/plain-reply.ts";
import type { CompiledRoute } from "./compiled-route.ts";

/** The parameters of a path by name: their values, or the places of these in a list. */
type PathParameters = Readonly<Record<string, number | string>>;

/** A route that was found for a request, and the parts of its path. */
export class DirectMatch {
  readonly #route: CompiledRoute;
  readonly #parameters: PathParameters;
  readonly #values: readonly string[] | undefined;
  readonly #app: AppParts;

  constructor(route: CompiledRoute, parameters: PathParameters, values: readonly string[] | undefined, app: AppParts) {
    this.#route = route;
    this.#parameters = parameters;
    this.#values = values;
    this.#app = app;
  }

  /** Is the body read as JSON? */
  get readsJson(): boolean {
    return this.#route.readsJson;
  }

  /** The largest body that the route takes, in bytes. */
  get bodyLimit(): number {
    return this.#route.bodyLimit;
  }

  /** Hono's routers give either the values themselves, or their places in a list beside them. */
  path(name: string): string | undefined {
    const found = this.#parameters[name];
    const value = typeof found === "number" ? this.#values?.[found] : found;
    return value === "" ? undefined : value;
  }

  answer(source: RequestSource): Promise<Reply> {
    return handleRequest(this.#route, source, this.#app);
  }
}

/**
 * Finds the routes that a server may call by itself, past middleware and standard requests: HTTP routes that read no
 * form, in an app without middleware. What it does not find goes the ordinary way, with the same result.
 */
export class DirectRoutes {
  readonly #router = new SmartRouter<CompiledRoute>({ routers: [new RegExpRouter(), new TrieRouter()] });
  readonly #app: AppParts;

  constructor(routes: readonly CompiledRoute[], app: AppParts) {
    this.#app = app;
    // All of them, in their order, because one that can't be called directly may stand before one that can.
    for (const route of routes) this.#router.add(route.definition.method, route.definition.path, route);
  }

  /** `path` is decoded and has no trailing slash. */
  find(method: string, path: string): DirectMatch | undefined {
    const [handlers, stash] = this.#router.match(method, path);
    const first = handlers[0];
    if (first === undefined || !first[0].direct) return undefined;
    const [route, parameters] = first;
    return new DirectMatch(route, parameters, stash, this.#app);
  }
}
