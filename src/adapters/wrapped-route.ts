import type { FoundRoute } from "../app/request/node-source.ts";
import type { ParsedBody } from "../app/request/request-source.ts";

/** What requests that stand beside Node's, as those of Fastify, have of a route. */
interface WrappedRequest {
  readonly params?: unknown;
  readonly body?: unknown;
}

/** Parameters and body as Fastify has parsed them, or its user's content type parsers. */
export class WrappedRoute implements FoundRoute {
  readonly #request: WrappedRequest;

  constructor(request: WrappedRequest) {
    this.#request = request;
  }

  path(name: string): string | undefined {
    const value = (this.#request.params as Readonly<Record<string, unknown>> | undefined)?.[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  }

  get parsed(): ParsedBody | undefined {
    const { body } = this.#request;
    return body === undefined ? undefined : { value: body };
  }
}
