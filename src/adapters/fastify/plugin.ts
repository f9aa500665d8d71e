import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyTypeProvider,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerBase,
  RouteHandlerMethod,
} from "fastify";

import type { AppParts } from "../../app/app-parts.ts";
import type { Startable } from "../../app/servable-app.ts";
import { AfterworkError } from "../../base/errors.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import { closeWith } from "./fastify-close.ts";
import { introduce, knownVisit, noteHandling, visitOf } from "./fastify-visit.ts";
import { leaveFormsUnread } from "./unread-forms.ts";

declare module "fastify" {
  interface FastifyRequest {
    /** The work of this request: what is added here is done when the response has been sent. */
    readonly background: BackgroundTasks;
  }
}

/** A plugin for an instance of Fastify, whatever its server, its type provider and its logger are. */
export type WorkPlugin = <
  Server extends RawServerBase,
  Types extends FastifyTypeProvider,
  Logger extends FastifyBaseLogger,
>(
  app: FastifyInstance<Server, RawRequestDefaultExpression<Server>, RawReplyDefaultExpression<Server>, Logger, Types>,
) => Promise<void>;

/** What the plugin needs of its adapter. */
export interface PluginParts {
  readonly adapter: Startable;
  readonly parts: AppParts;
  /** Was this handler made by `inject`? */
  readonly isInjected: (handler: unknown) => boolean;
}

/**
 * Makes the plugin. It adds to the very instance that it is registered with, as shared plugins do.
 *
 * @see https://fastify.dev/docs/latest/Reference/Plugins/#handle-the-scope
 */
export function makePlugin(parts: PluginParts): WorkPlugin {
  let server: object | undefined;
  const plugin = async (app: FastifyInstance): Promise<void> => {
    server ??= app.server;
    if (server !== app.server) throw registeredElsewhere();
    install(app, parts);
  };
  return Object.assign(plugin as WorkPlugin, {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: "afterwork",
    [Symbol.for("plugin-meta")]: { name: "afterwork", fastify: "5.x" },
  });
}

function install(app: FastifyInstance, { adapter, parts, isInjected }: PluginParts): void {
  if (app.hasRequestDecorator("background")) throw registeredTwice();
  app.decorateRequest("background", {
    getter() {
      return visitOf(this, parts).tasks;
    },
  });
  app.addHook("onRoute", function (route) {
    if (isInjected(route.handler)) leaveFormsUnread(this, route);
    route.handler = noticed(route.handler);
  });
  followRequests(app, parts);
  followLife(app, adapter);
}

/** Every request pays for the first two of these, so they take no time where there is nothing to do. */
function followRequests(app: FastifyInstance, parts: AppParts): void {
  app.addHook("onRequest", (request, reply, done) => {
    introduce(request, reply);
    done();
  });
  app.addHook("onSend", (request, _reply, payload, done) => {
    const visit = knownVisit(request);
    if (visit === undefined) done();
    else done(null, visit.answer(payload));
  });
  app.addHook("onError", (request, reply, error, done) => {
    introduce(request, reply);
    visitOf(request, parts).failOnce(error);
    done();
  });
}

function followLife(app: FastifyInstance, adapter: Startable): void {
  const close = closeWith(app.server, adapter);
  app.addHook("onReady", () => adapter.start());
  app.addHook("preClose", (done) => {
    close.begin();
    done();
  });
  app.addHook("onClose", () => close.end());
}

/** A handler whose promise is known, because the client may go before it is settled. */
function noticed(handler: RouteHandlerMethod): RouteHandlerMethod {
  const noticing: RouteHandlerMethod = function (request, reply) {
    const returned: unknown = handler.call(this, request, reply);
    if (returned instanceof Promise) noteHandling(request, returned);
    return returned;
  };
  return Object.defineProperty(noticing, "name", { value: handler.name });
}

function registeredTwice(): AfterworkError {
  return new AfterworkError(
    "INVALID_DEFINITION",
    "afterwork: requests of this Fastify instance have a background already; register work.plugin once, with the outermost instance that needs it",
  );
}

function registeredElsewhere(): AfterworkError {
  return new AfterworkError(
    "INVALID_DEFINITION",
    "afterwork: work.plugin belongs to another application of Fastify, which starts and ends it; make an adapter for each by afterwork()",
  );
}
