import type { Context, Middleware, Next } from "koa";

import type { HostOptions } from "../../app/host-options.ts";
import { answerTo, isForeseen } from "../../app/response/error-response.ts";
import { expected } from "../../base/options.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import { Adapter } from "../adapter.ts";
import { attach, type AttachableServer, type AttachOptions } from "../attach.ts";
import type { Inject } from "../inject.ts";
import { NodeVisit } from "../node-visit.ts";
import { koaRequest, type KoaNative } from "./koa-request.ts";
import { failWithBody } from "./fail-with-body.ts";
import { setReply } from "./set-reply.ts";

export type { KoaNative } from "./koa-request.ts";

declare module "koa" {
  interface DefaultContext {
    /** The work of this request; added by `app.use(work.middleware)`. */
    background: BackgroundTasks;
  }
}

/** Tasks, dependencies and durable work for Koa 3. */
export class KoaAdapter extends Adapter {
  /** Gives requests their `ctx.background`, and learns how they end. Before other middleware: `app.use(work.middleware)`. */
  readonly middleware: Middleware = async (ctx: Context, next: Next) => {
    if (next === undefined) throw expected("app.use", "work.middleware as it is, without calling it", ctx);
    const visit = this.#visitOf(ctx);
    ctx.background = visit.tasks;
    visit.enter();
    try {
      await next();
      await beforeSending(ctx, visit);
      failWithBody(ctx, visit);
    } catch (error) {
      visit.fail(error);
      throw error;
    } finally {
      visit.leave();
    }
  };

  /** Makes middleware of Koa, or of its router, from a handler with inputs. `work.middleware` is not needed for it. */
  readonly inject: Inject<KoaNative, Middleware> = (...args: unknown[]) => {
    const injection = this.define(args);
    return async (ctx: Context, next: Next) => {
      const reply = await injection.run(koaRequest(this.#visitOf(ctx), ctx, next));
      setReply(ctx, reply);
    };
  };

  /** @throws {InvalidOptionError} */
  constructor(options: HostOptions) {
    super("afterwork", options);
  }

  /** @see attach */
  attach(server: AttachableServer, options?: AttachOptions): Promise<void> {
    return attach(this, server, options);
  }

  #visitOf({ req, res }: Context): NodeVisit {
    return NodeVisit.of(req) ?? new KoaVisit(this.host.parts, req, res);
  }
}

/** A request of an app that may have error handlers between ours and the error. */
class KoaVisit extends NodeVisit {
  protected override get failsByStatus(): boolean {
    return true;
  }
}

/**
 * Stores what is durable while middleware further out can still see what becomes of the answer. Whoever answers without
 * Koa has it stored when the head of the raw response is about to leave.
 */
async function beforeSending(ctx: Context, visit: NodeVisit): Promise<void> {
  if (ctx.respond === false || ctx.headerSent) return;
  try {
    await visit.beforeHead();
  } catch (error) {
    if (!isForeseen(error)) throw error;
    visit.onRefused(error);
    for (const name of ctx.res.getHeaderNames()) ctx.remove(name);
    setReply(ctx, answerTo(error).response);
  }
}

/** Makes the tasks of requests, dependencies and durable work part of a Koa app. @throws {InvalidOptionError} */
export function afterwork(options: HostOptions = {}): KoaAdapter {
  return new KoaAdapter(options);
}
