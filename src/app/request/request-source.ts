import type { RequestObserver } from "./request-observer.ts";
import type { ResponseEnd } from "../response/response-end.ts";

/** A request as parameters read it, whatever server or framework received it. */
export interface RequestSource {
  readonly method: string;
  /** The standard request; made on demand where the server has none. */
  readonly request: Request;
  /** A part of the path, decoded; `undefined` where an optional part is missing. */
  path(name: string): string | undefined;
  /** All values of a name in the query string. */
  query(name: string): readonly string[];
  header(name: string): string | undefined;
  cookie(name: string): string | undefined;
  /**
   * The whole body as text. May be asked for again, also when somebody else has read it before.
   *
   * @throws {NotUtf8Error}
   */
  text(): Promise<string>;
  /** Aborts when the client has gone before the response was complete. */
  readonly signal: AbortSignal;
  /** Does the server write plain replies by itself? Otherwise they become standard responses. */
  readonly writesPlainReplies: boolean;
  /** Knows when the response to this request is over. */
  readonly end: ResponseEnd;
  /** Who watches this request, if anybody does. */
  readonly observer: RequestObserver | undefined;
  /** Tells the server's own middleware that the request was answered by the error path. */
  noteError(error: Error): void;
}

/** A request whose responses are standard ones. */
export interface WebSource extends RequestSource {
  readonly writesPlainReplies: false;
}
