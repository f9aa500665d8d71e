import type { Context } from "hono";

import { cookieOf } from "./cookie-header.ts";
import { requestObserverKey, type RequestObserver } from "./request-observer.ts";
import type { ParsedBody, WebSource } from "./request-source.ts";
import { Utf8Decoder } from "./utf8.ts";
import { isDenoServeInfo } from "../response/ends/deno-end.ts";
import { responseEndOf } from "../response/ends/end-of-request.ts";
import type { ResponseEnd } from "../response/response-end.ts";
import { ClientSignal } from "./client-signal.ts";

const none: readonly string[] = [];

/** What whoever calls `app.fetch` may bring along. */
interface ObservedEnvironment {
  readonly [requestObserverKey]?: RequestObserver;
}

/** A request that came through Hono. */
export class HonoSource implements WebSource {
  readonly writesPlainReplies = false;
  /** A form that has been read by now; other bodies Hono keeps as they were sent. */
  readonly parsed: ParsedBody | undefined;
  readonly #context: Context;
  /** Looked at before the request is handled: Deno tells the end of a response only to those who ask in time. */
  readonly #isOnDeno: boolean;
  #client: ClientSignal | undefined;

  constructor(context: Context, parsed?: ParsedBody) {
    this.#context = context;
    this.#isOnDeno = isDenoServeInfo(context.env);
    this.parsed = parsed;
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
    return cookieOf(this.header("cookie"), name);
  }

  async text(): Promise<string> {
    return new Utf8Decoder().decode(new Uint8Array(await this.#context.req.arrayBuffer()));
  }

  get signal(): AbortSignal {
    const { signal } = this.#context.req.raw;
    if (!this.#isOnDeno) return signal;
    return (this.#client ??= new ClientSignal(signal)).signal;
  }

  sending(response: Response): Response {
    if (this.#client === undefined) return response;
    if (this.method !== "HEAD") return this.#client.watch(response);
    this.#client.end();
    return response;
  }

  get end(): ResponseEnd {
    return responseEndOf(this.#context);
  }

  get observer(): RequestObserver | undefined {
    return (this.#context.env as ObservedEnvironment | undefined)?.[requestObserverKey];
  }

  noteError(error: Error): void {
    this.#context.error = error;
  }
}
