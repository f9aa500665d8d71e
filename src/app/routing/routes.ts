import type { Inputs } from "../../dependencies/inputs.ts";
import type { AddRoute, AddSocketRoute } from "./add-route.ts";
import { defineRoute, type RouteDefinition, type RouteMethod } from "./route.ts";

/** What apps and routers have in common: routes can be added to them. */
export abstract class Routes<Shared extends Inputs> {
  /** Adds a route for GET, and for HEAD. */
  readonly get: AddRoute<Shared, this> = this.#adder("GET");
  /** Adds a route for POST. */
  readonly post: AddRoute<Shared, this> = this.#adder("POST");
  /** Adds a route for PUT. */
  readonly put: AddRoute<Shared, this> = this.#adder("PUT");
  /** Adds a route for PATCH. */
  readonly patch: AddRoute<Shared, this> = this.#adder("PATCH");
  /** Adds a route for DELETE. */
  readonly delete: AddRoute<Shared, this> = this.#adder("DELETE");
  /** Adds a route for OPTIONS. */
  readonly options: AddRoute<Shared, this> = this.#adder("OPTIONS");
  /** Adds a route for WebSockets. Its handler's end closes the socket. */
  readonly ws: AddSocketRoute<Shared, this> = (path: string, ...rest: unknown[]) => {
    this.register(defineRoute("socket", "GET", path, rest));
    return this;
  };

  protected abstract register(route: RouteDefinition): void;

  #adder(method: RouteMethod): AddRoute<Shared, this> {
    return (path: string, ...rest: unknown[]) => {
      this.register(defineRoute("http", method, path, rest));
      return this;
    };
  }
}
