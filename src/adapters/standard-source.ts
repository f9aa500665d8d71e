import { cookieOf } from "../app/request/cookie-header.ts";
import type { RequestSource } from "../app/request/request-source.ts";
import { Utf8Decoder } from "../app/request/utf8.ts";
import { bodyEnd } from "../app/response/ends/body-end.ts";
import type { ResponseEnd } from "../app/response/response-end.ts";
import { AfterworkError } from "../base/errors.ts";

/** A request of a framework whose requests are standard ones, and which leaves bodies unread. */
export class StandardSource implements RequestSource {
  readonly writesPlainReplies = false;
  readonly observer = undefined;
  readonly end: ResponseEnd = bodyEnd;
  readonly request: Request;
  readonly #path: (name: string) => string | undefined;
  #query: URLSearchParams | undefined;

  /** `path`: a part of the path by its name, decoded. */
  constructor(request: Request, path: (name: string) => string | undefined) {
    this.request = request;
    this.#path = path;
  }

  get method(): string {
    return this.request.method;
  }

  get signal(): AbortSignal {
    return this.request.signal;
  }

  get parsed(): undefined {
    return refuseRead(this.request);
  }

  path(name: string): string | undefined {
    return this.#path(name);
  }

  query(name: string): readonly string[] {
    this.#query ??= new URL(this.request.url).searchParams;
    return this.#query.getAll(name);
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name) ?? undefined;
  }

  cookie(name: string): string | undefined {
    return cookieOf(this.header("cookie"), name);
  }

  async text(): Promise<string> {
    return new Utf8Decoder().decode(new Uint8Array(await this.request.arrayBuffer()));
  }

  noteError(): void {}
}

/**
 * Asked for in the place of a parsed body: nothing is kept of a standard body that has been read.
 *
 * @throws {AfterworkError} `INVALID_DEFINITION` where that has happened.
 */
export function refuseRead({ bodyUsed, method, url }: Request): undefined {
  if (!bodyUsed) return undefined;
  throw new AfterworkError(
    "INVALID_DEFINITION",
    `${method} ${new URL(url).pathname}: the body has been read before the injected handler; leave that to its inputs`,
  );
}
