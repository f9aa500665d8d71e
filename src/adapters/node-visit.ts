import type { IncomingMessage, ServerResponse } from "node:http";

import type { AppParts } from "../app/app-parts.ts";
import { breakOf, whenClosed } from "../app/response/ends/node-end.ts";
import { answerTo } from "../app/response/error-response.ts";
import { toError } from "../base/errors.ts";
import { holdResponse } from "./held-response.ts";
import { Visit } from "./visit.ts";
import { writeReply } from "./write-reply.ts";

const visitKey: unique symbol = Symbol("afterwork.visit");

interface VisitedMessage extends IncomingMessage {
  [visitKey]?: NodeVisit;
  /** Where routers of Express, and all that are like it, keep the `url` of which they take parts away. */
  readonly originalUrl?: string;
}

/** A request that came through `node:http`, whatever framework answers it. */
export class NodeVisit extends Visit {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;

  constructor(parts: AppParts, incoming: IncomingMessage, outgoing: ServerResponse) {
    super(parts);
    this.incoming = incoming;
    this.outgoing = outgoing;
    (incoming as VisitedMessage)[visitKey] = this;
  }

  /** The visit of a request, once it has one. */
  static of(incoming: IncomingMessage): NodeVisit | undefined {
    return (incoming as VisitedMessage)[visitKey];
  }

  get name(): string {
    const { method = "GET", originalUrl } = this.incoming as VisitedMessage;
    const url = originalUrl ?? this.incoming.url ?? "/";
    const query = url.indexOf("?");
    return `${method} ${query === -1 ? url : url.slice(0, query)}`;
  }

  header(name: string): string | undefined {
    const value = this.incoming.headers[name];
    return typeof value === "string" ? value : value?.join(", ");
  }

  protected get status(): number {
    return this.outgoing.statusCode;
  }

  /** `destroy(error)` leaves its error behind; a client that goes leaves none. */
  protected override get brokenBy(): unknown {
    return breakOf(this.outgoing);
  }

  protected whenOver(over: () => unknown): void {
    whenClosed(this.outgoing, over);
  }

  /** Answers in the place of a handler that has failed; where the head has gone, the body is cut off. */
  answerError(error: unknown): void {
    const { outgoing } = this;
    if (outgoing.writableEnded) return;
    if (outgoing.headersSent) return void outgoing.destroy(toError(error));
    for (const name of outgoing.getHeaderNames()) outgoing.removeHeader(name);
    void writeReply(answerTo(error).response, outgoing, this.incoming.method);
  }

  protected hold(): void {
    holdResponse(this.outgoing, this);
  }
}
