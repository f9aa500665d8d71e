import { HTTPError, toResponse, type H3Event, type H3EventContext } from "h3";

import type { AppParts } from "../../app/app-parts.ts";
import { bodyEnd } from "../../app/response/ends/body-end.ts";
import { DenoEnd, isDenoServeInfo } from "../../app/response/ends/deno-end.ts";
import { HeadEnd } from "../../app/response/ends/head-end.ts";
import { WaitUntilEnd } from "../../app/response/ends/wait-until-end.ts";
import type { ResponseEnd } from "../../app/response/response-end.ts";
import { WebVisit } from "../web-visit.ts";

const visitKey: unique symbol = Symbol("afterwork.visit");

/** What H3 shares among the apps that a request passes. */
interface VisitedContext {
  [visitKey]?: H3WebVisit;
}

/** A request that came through H3 where no response of Node is at hand. */
export class H3WebVisit extends WebVisit {
  readonly #event: H3Event;

  constructor(parts: AppParts, event: H3Event) {
    super(parts, event.req, endOf(event));
    this.#event = event;
    (event.context as VisitedContext)[visitKey] = this;
  }

  /** The visit of a request, once it has one. */
  static of(context: H3EventContext): H3WebVisit | undefined {
    return (context as VisitedContext)[visitKey];
  }

  get name(): string {
    return `${this.#event.req.method} ${this.#event.url.pathname}`;
  }

  /** What the handler has returned goes on as a response, or another in its place. */
  async concludeValue(value: unknown): Promise<Response> {
    const debug = this.#event.app?.config.debug === true;
    return this.conclude(await toResponse(value, this.#event, { debug }));
  }

  /** H3 answers the error, unless what is returned has to be sent in the place of its answer. */
  async concludeFailed(error: unknown): Promise<Response | undefined> {
    this.fail(error);
    const refused = await this.settle(HTTPError.isError(error) ? error.status : 500);
    if (refused !== undefined) return this.deliver(refused);
    this.deliverUnseen();
    return undefined;
  }
}

/** How the end of the response can be known. */
function endOf({ req }: H3Event): ResponseEnd {
  const { runtime, method } = req;
  const info = runtime?.deno?.info;
  const end = isDenoServeInfo(info) ? new DenoEnd(info.completed) : bodyEndOf(req);
  return method === "HEAD" ? new HeadEnd(end) : end;
}

function bodyEndOf(request: H3Event["req"]): ResponseEnd {
  if (request.waitUntil === undefined) return bodyEnd;
  return new WaitUntilEnd((promise) => void request.waitUntil?.(promise));
}
