import type { Context } from "hono";
import { getCookie } from "hono/cookie";

import { observerOf, type RequestObserver } from "./request-observer.ts";
import type { WebSource } from "./request-source.ts";
import { responseEndOf, type ResponseEnd } from "../response/response-end.ts";

const none: readonly string[] = [];

/** A request that came through Hono. */
export class HonoSource implements WebSource {
  readonly writesPlainReplies = false;
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  get method(): string {
    return this.#context.req.raw.method;
  }

  get request(): Request {
    return this.#context.req.raw;
  }

  path(name: string): string | undefined {
    return this.#context.req.param(name);
  }

  query(name: string): readonly string[] {
    return this.#context.req.queries(name) ?? none;
  }

  header(name: string): string | undefined {
    return this.#context.req.raw.headers.get(name) ?? undefined;
  }

  cookie(name: string): string | undefined {
    return getCookie(this.#context, name);
  }

  text(): Promise<string> {
    return this.#context.req.text();
  }

  get signal(): AbortSignal {
    return this.#context.req.raw.signal;
  }

  get end(): ResponseEnd {
    return responseEndOf(this.#context);
  }

  get observer(): RequestObserver | undefined {
    return observerOf(this.#context);
  }

  noteError(error: Error): void {
    this.#context.error = error;
  }
}
