import { isUtf8 } from "node:buffer";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";

import { parse } from "hono/utils/cookie";

import { NotUtf8Error } from "../../app/request/utf8.ts";
import type { RequestSource } from "../../app/request/request-source.ts";
import { NodeEnd, type ResponseEnd } from "../../app/response/response-end.ts";
import type { DirectMatch } from "../../app/routing/direct-routes.ts";

const none: readonly string[] = [];

/** A request read from Node's own objects. A standard `Request` is made only for who asks for it. */
export class DirectSource implements RequestSource {
  readonly writesPlainReplies = true;
  readonly observer = undefined;
  readonly #match: DirectMatch;
  readonly #incoming: IncomingMessage;
  readonly #outgoing: ServerResponse;
  #request: Request | undefined;
  #left: AbortController | undefined;
  #text: Promise<string> | undefined;
  #query: URLSearchParams | undefined;

  constructor(match: DirectMatch, incoming: IncomingMessage, outgoing: ServerResponse) {
    this.#match = match;
    this.#incoming = incoming;
    this.#outgoing = outgoing;
  }

  get method(): string {
    return this.#incoming.method ?? "GET";
  }

  get request(): Request {
    return (this.#request ??= toRequest(this.#incoming, this.signal));
  }

  get signal(): AbortSignal {
    return (this.#left ??= abortedBy(this.#outgoing)).signal;
  }

  get end(): ResponseEnd {
    return new NodeEnd(this.#outgoing);
  }

  path(name: string): string | undefined {
    return this.#match.path(name);
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
    const { cookie } = this.#incoming.headers;
    const value: unknown = cookie === undefined ? undefined : parse(cookie, name)[name];
    // Without such a cookie Hono gives a plain object, which has names of its own.
    return typeof value === "string" ? value : undefined;
  }

  text(): Promise<string> {
    return (this.#text ??= readText(this.#incoming));
  }

  noteError(): void {}
}

/** A byte order mark is no part of the text. @see https://encoding.spec.whatwg.org/#utf-8-decode */
function readText(incoming: IncomingMessage): Promise<string> {
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
      if (!incoming.complete) reject(new Error("the client has gone before its body was complete"));
    });
  });
}

function abortedBy(outgoing: ServerResponse): AbortController {
  const left = new AbortController();
  const onClose = (): void => {
    if (!outgoing.writableFinished) left.abort(new Error("the client has gone"));
  };
  if (outgoing.closed) onClose();
  else outgoing.once("close", onClose);
  return left;
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const { method = "GET", url = "/", headers: sent, rawHeaders } = incoming;
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? "", rawHeaders[index + 1] ?? "");
  }
  const hasBody = method !== "GET" && method !== "HEAD";
  return new Request(`http://${sent.host ?? "localhost"}${url}`, {
    method,
    headers,
    signal,
    ...(hasBody ? { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: "half" as const } : {}),
  });
}
