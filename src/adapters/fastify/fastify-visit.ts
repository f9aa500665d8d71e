import type { FastifyReply, FastifyRequest } from "fastify";

import type { AppParts } from "../../app/app-parts.ts";
import { AfterworkError } from "../../base/errors.ts";
import { NodeVisit } from "../node-visit.ts";
import { watchPayload } from "../watch-payload.ts";

const replyKey: unique symbol = Symbol("afterwork.reply");
const handlingKey: unique symbol = Symbol("afterwork.handling");
const visitKey: unique symbol = Symbol("afterwork.visit");

/** A request with what the plugin leaves at it. */
interface VisitedRequest extends FastifyRequest {
  [replyKey]?: FastifyReply;
  [handlingKey]?: Promise<unknown>;
  [visitKey]?: FastifyVisit;
}

/** Has a request know its reply, which Fastify doesn't say: so that its visit can be made when it is asked for. */
export function introduce(request: FastifyRequest, reply: FastifyReply): void {
  (request as VisitedRequest)[replyKey] = reply;
}

/** Has a request know the promise of its handler. */
export function noteHandling(request: FastifyRequest, handling: Promise<unknown>): void {
  (request as VisitedRequest)[handlingKey] = handling;
}

/** The visit of a request that has work to do, or has failed. */
export function knownVisit(request: FastifyRequest): FastifyVisit | undefined {
  return (request as VisitedRequest)[visitKey];
}

/** The visit of a request, begun when it is first asked for. @throws {AfterworkError} `INVALID_DEFINITION` without the plugin. */
export function visitOf(request: FastifyRequest, parts: AppParts): FastifyVisit {
  const visited = request as VisitedRequest;
  return (visited[visitKey] ??= new FastifyVisit(parts, visited, replyTo(visited)));
}

function replyTo(request: VisitedRequest): FastifyReply {
  const reply = request[replyKey];
  if (reply !== undefined) return reply;
  throw new AfterworkError(
    "INVALID_DEFINITION",
    "afterwork: the plugin has not seen this request; await app.register(work.plugin), before hooks and plugins that add tasks",
  );
}

/** A request that came through Fastify. */
export class FastifyVisit extends NodeVisit {
  readonly reply: FastifyReply;
  readonly #request: VisitedRequest;
  #answered = false;

  constructor(parts: AppParts, request: VisitedRequest, reply: FastifyReply) {
    super(parts, request.raw, reply.raw);
    this.#request = request;
    this.reply = reply;
  }

  /** Has somebody answered? `reply.sent` says so much later. */
  get answered(): boolean {
    return this.#answered || this.reply.sent || this.outgoing.headersSent;
  }

  /** Fastify is about to send a payload. Returns the one to send, which is watched, because Fastify tells of no break. */
  answer(payload: unknown): unknown {
    this.#answered = true;
    return watchPayload(payload, (error) => this.failOnce(error));
  }

  /** The same failure is told by a rejected handler, by `onError` and by a payload; what is added after the first stays. */
  failOnce(error: unknown): void {
    if (!this.failed) this.fail(error);
  }

  /** When the client has gone, the handler may still be at work: as long as it can be known to be, the end is not reached. */
  protected override whenOver(over: () => void): void {
    super.whenOver(() => {
      const handling = this.#request[handlingKey];
      if (handling === undefined || this.outgoing.writableFinished) return over();
      const failed = (error: unknown): void => {
        this.failOnce(error);
        over();
      };
      handling.then(over, failed);
    });
  }
}
