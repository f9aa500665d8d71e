import type { RequestObserver } from "./request-observer.ts";
import type { ResponseEnd } from "../response/response-end.ts";

/** A body that was parsed before parameters are read: by the framework, or by middleware of the user's. */
export interface ParsedBody {
  readonly value: unknown;
}

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
  /** The body, if somebody has parsed it by now; it is taken as it is, whatever its media type. */
  readonly parsed?: ParsedBody | undefined;
  /** Aborts when the client has gone before the response was complete. */
  readonly signal: AbortSignal;
  /** A standard response is about to be handed over; returns the one to send. Absent where nobody has to know. */
  sending?(response: Response): Response;
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
