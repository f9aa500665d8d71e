import type { Context } from "hono";

import type { AppParts } from "../../app/app-parts.ts";
import { answerTo } from "../../app/response/error-response.ts";
import { responseEndOf } from "../../app/response/ends/end-of-request.ts";
import { nodeOutgoingOf } from "../../app/response/ends/node-end.ts";
import type { Over, WaitUntil } from "../../app/response/response-end.ts";
import { toError } from "../../base/errors.ts";
import { cancelBody, NodeDelivery, WebDelivery, type Delivery } from "../delivery.ts";
import { Visit } from "../visit.ts";

const visitKey: unique symbol = Symbol("afterwork.visit");

interface VisitedContext extends Context {
  [visitKey]?: HonoVisit;
}

/** A request that came through Hono, on whatever runtime. */
export class HonoVisit extends Visit {
  readonly #context: Context;
  readonly #delivery: Delivery;
  #isConcluded = false;

  constructor(parts: AppParts, context: Context) {
    super(parts);
    this.#context = context;
    this.#delivery = deliveryOf(context);
    (context as VisitedContext)[visitKey] = this;
  }

  /** The visit of a request, once it has one. */
  static of(context: Context): HonoVisit | undefined {
    return (context as VisitedContext)[visitKey];
  }

  get name(): string {
    const { method, path } = this.#context.req;
    return `${method} ${path}`;
  }

  header(name: string): string | undefined {
    return this.#context.req.raw.headers.get(name) ?? undefined;
  }

  protected get status(): number {
    return this.#context.finalized ? this.#context.res.status : 500;
  }

  /** Middleware around ours may have failed when ours was through. */
  protected override get brokenBy(): unknown {
    return this.#context.error ?? this.#delivery.brokenBy;
  }

  protected override get waitUntil(): WaitUntil | undefined {
    return this.#delivery.waitUntil;
  }

  /** Hono hands errors to its error handler before any middleware hears of them; what that adds is meant for the failure. */
  beforeAdd(): void {
    const { error } = this.#context;
    if (error !== undefined && !this.failed) this.fail(error);
  }

  protected whenOver(over: Over): void {
    this.#delivery.whenOver(over);
  }

  /** Until Hono has a response there is nothing to be held. */
  protected hold(): void {
    if (this.#isConcluded) this.#delivery.hold(this);
  }

  /** Hono has a response: it goes on when what it waits for is done, or another in its place. */
  conclude(): undefined | Promise<void> {
    this.beforeAdd();
    const waiting = this.beforeHead();
    if (waiting !== undefined) return this.#concludeAfter(waiting);
    this.#deliver();
    return undefined;
  }

  async #concludeAfter(waiting: Promise<void>): Promise<void> {
    try {
      await waiting;
    } catch (error) {
      this.onRefused(error);
      const refused = this.#context.res;
      this.#context.error = toError(error);
      this.#replaceResponse(answerTo(error).response);
      cancelBody(refused);
    }
    this.#deliver();
  }

  #deliver(): void {
    this.#isConcluded = true;
    const { res } = this.#context;
    const delivered = this.#delivery.deliver(res, this);
    if (delivered !== res) this.#replaceResponse(delivered);
  }

  /** Hono would carry the headers of the old response over to the new one. */
  #replaceResponse(response: Response): void {
    this.#context.res = undefined;
    this.#context.res = response;
  }
}

/** On Node the server's own response is at hand, everywhere else only what Hono returns to its caller. */
function deliveryOf(context: Context): Delivery {
  const { method } = context.req.raw;
  const outgoing = nodeOutgoingOf(context.env);
  if (outgoing !== undefined) return new NodeDelivery(outgoing, method);
  return new WebDelivery(responseEndOf(context), method);
}
