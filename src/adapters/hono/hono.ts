import type { Context, MiddlewareHandler } from "hono";

import type { HostOptions } from "../../app/host-options.ts";
import { HonoSource } from "../../app/request/hono-source.ts";
import { toResponse } from "../../app/response/plain-reply.ts";
import { withPreparedHeaders } from "../../app/response/prepared-headers.ts";
import { AfterworkError } from "../../base/errors.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import { Adapter } from "../adapter.ts";
import { attach, type AttachableServer, type AttachOptions } from "../attach.ts";
import type { Inject } from "../inject.ts";
import { answeredNatively } from "../injection.ts";
import { HonoVisit } from "./hono-visit.ts";
import { readForm } from "./read-form.ts";

/** What the middleware adds to a context, as `Variables` of a Hono app. */
export interface WorkVariables {
  /** The work of this request. */
  background: BackgroundTasks;
}

/** The environment of Hono apps that use the middleware: `new Hono<WorkEnv>()`. */
export interface WorkEnv {
  Variables: WorkVariables;
}

/** What an injected handler finds under `native`. */
export interface HonoNative {
  readonly c: Context;
}

/** A handler with inputs, as Hono's routes take it. */
export type InjectedHandler = (context: Context) => Promise<Response>;

/** Tasks, dependencies and durable work for apps of Hono. */
export class HonoAdapter extends Adapter {
  /**
   * Gives requests their `c.var.background`. What it stands before may add tasks; middleware that replaces responses, such
   * as for compression or an etag, may stand before it or behind on Node and Deno, and behind it elsewhere.
   */
  readonly middleware: MiddlewareHandler<WorkEnv> = async (context, next) => {
    if (HonoVisit.of(context) !== undefined) return next();
    const visit = new HonoVisit(this.host.parts, context);
    context.set("background", visit.tasks);
    visit.enter();
    try {
      await next();
      const concluding = visit.conclude();
      if (concluding !== undefined) await concluding;
    } catch (error) {
      visit.fail(error);
      throw error;
    } finally {
      visit.leave();
    }
  };

  /** Makes a handler of Hono's kind from one with inputs, for routes behind the middleware. */
  readonly inject: Inject<HonoNative, InjectedHandler> = (...args: unknown[]) => {
    const injection = this.define(args);
    return async (context: Context): Promise<Response> => {
      const visit = HonoVisit.of(context);
      if (visit === undefined) throw withoutMiddleware(context);
      const native: HonoNative = { c: context };
      const source = new HonoSource(context, await readForm(context));
      const isNativeAnswer = (value: unknown): boolean => (value === undefined ? context.finalized : value === context);
      const reply = await injection.run({ visit, source, native, isNativeAnswer });
      if (reply === answeredNatively) return context.res;
      return withPreparedHeaders(context, source.sending(toResponse(reply)));
    };
  };

  /** @throws {InvalidOptionError} */
  constructor(options: HostOptions) {
    super("afterwork", options);
  }

  /** Takes the server that `serve` of `@hono/node-server` returns. @see attach */
  attach(server: AttachableServer, options?: AttachOptions): Promise<void> {
    return attach(this, server, options);
  }
}

function withoutMiddleware({ req }: Context): AfterworkError {
  return new AfterworkError(
    "INVALID_DEFINITION",
    `${req.method} ${req.path}: an injected handler expects the middleware before its route: app.use(work.middleware)`,
  );
}

/** Makes the tasks of requests, dependencies and durable work part of a Hono app. @throws {InvalidOptionError} */
export function afterwork(options: HostOptions = {}): HonoAdapter {
  return new HonoAdapter(options);
}
