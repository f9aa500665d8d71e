import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";

import { HTTPException } from "../http-exception.ts";
import { NodeEnd, whenClosed } from "../response/ends/node-end.ts";
import type { ResponseEnd } from "../response/response-end.ts";
import { cookieOf } from "./cookie-header.ts";
import { incomingBody } from "./incoming-body.ts";
import type { ParsedBody, RequestSource } from "./request-source.ts";
import { NotUtf8Error } from "./utf8.ts";

const none: readonly string[] = [];

/** What whoever found the route knows of the request. */
export interface FoundRoute {
  /** A part of the path, decoded; `undefined` where an optional part is missing. */
  path(name: string): string | undefined;
  /** The body, if it has been parsed by now. */
  readonly parsed?: ParsedBody | undefined;
}

/** A request read from Node's own objects. A standard `Request` is made only for who asks for it. */
export class NodeSource implements RequestSource {
  readonly writesPlainReplies = true;
  readonly observer = undefined;
  readonly #route: FoundRoute;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  #request: Request | undefined;
  #left: AbortController | undefined;
  #text: Promise<string> | undefined;
  #query: URLSearchParams | undefined;

  constructor(route: FoundRoute, incoming: IncomingMessage, outgoing: ServerResponse) {
    this.#route = route;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  get method(): string {
    return this.#incoming.method ?? "GET";
  }

  get request(): Request {
    return (this.#request ??= toRequest(this.#incoming, this.#outgoing, this.signal));
  }

  get signal(): AbortSignal {
    return (this.#left ??= abortedBy(this.#outgoing)).signal;
  }

  get parsed(): ParsedBody | undefined {
    return this.#route.parsed;
  }

  get end(): ResponseEnd {
    return new NodeEnd(this.#outgoing);
  }

  path(name: string): string | undefined {
    return this.#route.path(name);
  }

  query(name: string): readonly string[] {
    const { url = "" } = this.#incoming;
    const start = url.indexOf("?");
    if (start === -1) return none;
    this.#query ??= new URLSearchParams(url.slice(start + 1));
    return this.#query.getAll(name);
  }

  header(name: string): string | undefined {
    const { headers } = this.#incoming;
    const known = name.toLowerCase();
    const value = Object.hasOwn(headers, known) ? headers[known] : undefined;
    return typeof value === "string" ? value : value?.join(", ");
  }

  cookie(name: string): string | undefined {
    return cookieOf(this.#incoming.headers.cookie, name);
  }

  text(): Promise<string> {
    return (this.#text ??= readText(this.#incoming));
  }

  noteError(): void {}
}

/** A byte order mark is no part of the text. @see https://encoding.spec.whatwg.org/#utf-8-decode */
function readText(incoming: IncomingMessage): Promise<string> {
  // What has ended before says so no more: an empty body, or a client that left while something else was waited for.
  if (incoming.readableEnded) return Promise.resolve("");
  if (incoming.closed) return Promise.reject(new UnfinishedBodyError());
  return new Promise((resolve, reject) => {
    let first: Buffer | undefined;
    let more: Buffer[] | undefined;
    incoming.on("data", (chunk: Buffer) => {
      if (first === undefined) first = chunk;
      else (more ??= [first]).push(chunk);
    });
    incoming.on("end", () => {
      const bytes = more === undefined ? first : Buffer.concat(more);
      if (bytes !== undefined && !isUtf8(bytes)) return reject(new NotUtf8Error());
      const text = bytes?.toString("utf8") ?? "";
      resolve(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
    });
    incoming.on("error", reject);
    incoming.on("close", () => {
      if (!incoming.complete) reject(new UnfinishedBodyError());
    });
  });
}

class UnfinishedBodyError extends Error {
  constructor() {
    super("the client has gone before its body was complete");
  }
}

function abortedBy(outgoing: ServerResponse): AbortController {
  const left = new AbortController();
  const onClose = (): void => {
    if (!outgoing.writableFinished) left.abort(new Error("the client has gone"));
  };
  // Frameworks listen so often, nine times by Nest on Fastify, that Node would take one more for a leak. 0 is no limit.
  const most = outgoing.getMaxListeners();
  if (most > 0) outgoing.setMaxListeners(most + 1);
  if (outgoing.closed) onClose();
  else whenClosed(outgoing, onClose);
  return left;
}

function toRequest(incoming: IncomingMessage, outgoing: ServerResponse, signal: AbortSignal): Request {
  const { method = "GET", rawHeaders } = incoming;
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] ?? "";
    // HTTP/2 has method, path and host among its headers.
    if (!name.startsWith(":")) headers.append(name, rawHeaders[index + 1] ?? "");
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(urlOf(incoming), {
    method,
    headers,
    signal,
    ...(hasBody ? { body: incomingBody(incoming, outgoing), duplex: "half" as const } : {}),
  });
}

/** What would end the host of a URL: with it, a host could stand for another path. */
const hostEnd = /[\s/?#@\\]/;

/** @throws {HTTPException} 400 where host and target make no URL. @see RFC 9112, section 3.2 */
function urlOf(incoming: IncomingMessage): string {
  const { host = String(incoming.headers[":authority"] ?? "localhost") } = incoming.headers;
  // Routers of Express, and all that are like it, take parts of `url` away.
  const { originalUrl: target = incoming.url ?? "/" } = incoming as { readonly originalUrl?: string };
  const url = target.startsWith("/") ? `http://${host}${target}` : target;
  if (hostEnd.test(host) || !URL.canParse(url))
    throw new HTTPException(400, "expected a host and a path that make a URL");
  return url;
}
