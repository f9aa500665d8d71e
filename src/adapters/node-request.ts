import type { IncomingMessage, ServerResponse } from "node:http";

import { isPlainObject } from "../base/options.ts";
import { NodeSource, type FoundRoute } from "../app/request/node-source.ts";
import type { ParsedBody } from "../app/request/request-source.ts";
import type { InjectedRequest } from "./injection.ts";
import type { NodeVisit } from "./node-visit.ts";

/** What routers and body parsers for Node leave at a request, or where else their framework has it. */
interface Found {
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
}

/** A request of `node:http`, or of a framework whose requests are derived from it, for an injected handler. */
export function nodeRequest(visit: NodeVisit, native: object): InjectedRequest {
  const { incoming, outgoing } = visit;
  return {
    visit,
    source: new NodeSource(new NodeRoute(incoming, incoming as Found), incoming, outgoing),
    native,
    isNativeAnswer: (value) => isAnswered(value, native, outgoing),
  };
}

/** The handler says so by what it returns, or the response has begun. */
export function isAnswered(value: unknown, native: object, outgoing: ServerResponse): boolean {
  if (value === undefined) return outgoing.headersSent || outgoing.writableEnded;
  return value === outgoing || Object.values(native).includes(value);
}

/** What whoever routes and parses requests of Node has found. */
export class NodeRoute implements FoundRoute {
  readonly #incoming: IncomingMessage;
  readonly #params: Readonly<Record<string, unknown>> | undefined;
  readonly #body: unknown;

  constructor(incoming: IncomingMessage, found: Found) {
    this.#incoming = incoming;
    this.#params = found.params;
    this.#body = found.body;
  }

  path(name: string): string | undefined {
    const value = this.#params?.[name];
    // What a wildcard of Express 5 has matched is a list of parts.
    const part = Array.isArray(value) ? value.join("/") : value;
    return typeof part === "string" && part !== "" ? part : undefined;
  }

  get parsed(): ParsedBody | undefined {
    const body = this.#body;
    if (body === undefined && this.#incoming.readableDidRead) throw consumed();
    return body === undefined || this.#isUnread(body) ? undefined : { value: body };
  }

  /** Older parsers leave an empty object where there was nothing to read for them; those of Express 4 say when they read. */
  #isUnread(body: unknown): boolean {
    const { readableDidRead, _body } = this.#incoming as IncomingMessage & { readonly _body?: boolean };
    return !readableDidRead && _body !== true && isPlainObject(body) && Object.keys(body).length === 0;
  }
}

function consumed(): Error {
  return new Error("the body has been read before, and what was read has not been left in `body` of the request");
}
