import type { Context } from "hono";
import { getCookie } from "hono/cookie";

import { observerOf, type RequestObserver } from "./request-observer.ts";
import type { WebSource } from "./request-source.ts";
import { Utf8Decoder } from "./utf8.ts";
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
    // Hono looks names up in a plain object, which has more of them than were sent.
    const values: unknown = this.#context.req.queries(name);
    return Array.isArray(values) ? (values as string[]) : none;
  }

  header(name: string): string | undefined {
    return this.#context.req.raw.headers.get(name) ?? undefined;
  }

  cookie(name: string): string | undefined {
    const value: unknown = getCookie(this.#context, name);
    return typeof value === "string" ? value : undefined;
  }

  async text(): Promise<string> {
    return new Utf8Decoder().decode(new Uint8Array(await this.#context.req.arrayBuffer()));
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
