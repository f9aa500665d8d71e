import type { IncomingMessage, ServerResponse } from "node:http";

import type { H3Event } from "h3";

import { NodeSource, type FoundRoute } from "../../app/request/node-source.ts";
import type { RequestSource } from "../../app/request/request-source.ts";
import { refuseRead, StandardSource } from "../standard-source.ts";

/** The request of an event, for an injected handler. */
export function sourceOf(event: H3Event): RequestSource {
  const node = event.runtime?.node;
  if (node?.res === undefined) return new StandardSource(event.req, (name) => pathOf(event, name));
  return new NodeEventSource(event, node.req as IncomingMessage, node.res as ServerResponse);
}

/** On Node bodies are read from its own request, which is far cheaper than by a standard one. */
class NodeEventSource extends NodeSource {
  readonly #event: H3Event;

  constructor(event: H3Event, incoming: IncomingMessage, outgoing: ServerResponse) {
    super(new FoundByH3(event), incoming, outgoing);
    this.#event = event;
  }

  override get request(): Request {
    return this.#event.req;
  }
}

class FoundByH3 implements FoundRoute {
  readonly #event: H3Event;

  constructor(event: H3Event) {
    this.#event = event;
  }

  path(name: string): string | undefined {
    return pathOf(this.#event, name);
  }

  get parsed(): undefined {
    return refuseRead(this.#event.req);
  }
}

/** H3 leaves parameters as they stand in the path. */
function pathOf({ context }: H3Event, name: string): string | undefined {
  const { params } = context;
  const value = params !== undefined && Object.hasOwn(params, name) ? params[name] : undefined;
  if (value === undefined || value === "") return undefined;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
