import { TrieRouter } from "hono/router/trie-router";

import { AfterworkError } from "../../base/errors.ts";
import type { CompiledRoute } from "./compiled-route.ts";

/** The routes of an app: no two of them alike, and which methods a path has. */
export class RouteTable {
  readonly #routes = new Map<string, CompiledRoute>();
  #byPath: TrieRouter<string> | undefined;

  /** @throws {AfterworkError} `INVALID_DEFINITION` when there is such a route already, whatever its parameters are called. */
  add(route: CompiledRoute): void {
    const { method, path } = route.definition;
    const key = `${method} ${path.replaceAll(/(?<=\/):[^/{}?]+/g, ":").replace(/(?<=.)\/$/, "")}`;
    const known = this.#routes.get(key);
    if (known !== undefined) {
      throw new AfterworkError(
        "INVALID_DEFINITION",
        `${route.name} is declared twice; ${known.name} takes the same requests`,
      );
    }
    this.#routes.set(key, route);
    this.#byPath = undefined;
  }

  get all(): readonly CompiledRoute[] {
    return [...this.#routes.values()];
  }

  /** The methods that a path answers to; empty when there is no such path. */
  methodsOf(path: string): readonly string[] {
    this.#byPath ??= this.#indexPaths();
    const trimmed = path.length > 1 ? path.replace(/\/$/, "") : path;
    const methods = new Set(this.#byPath.match("ALL", trimmed)[0].map(([method]) => method));
    if (methods.has("GET")) methods.add("HEAD");
    return [...methods].toSorted();
  }

  #indexPaths(): TrieRouter<string> {
    const router = new TrieRouter<string>();
    for (const { definition } of this.all) router.add("ALL", definition.path, definition.method);
    return router;
  }
}
