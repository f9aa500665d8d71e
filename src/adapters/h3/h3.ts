import type { IncomingMessage, ServerResponse } from "node:http";

import { HTTPResponse, type EventHandler, type H3Event, type Middleware } from "h3";

import type { HostOptions } from "../../app/host-options.ts";
import { PlainReply, type Reply } from "../../app/response/plain-reply.ts";
import { AfterworkError } from "../../base/errors.ts";
import { isPromiseLike } from "../../base/promises.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import { Adapter } from "../adapter.ts";
import type { AttachOptions } from "../attach.ts";
import type { Inject } from "../inject.ts";
import { answeredNatively } from "../injection.ts";
import { isAnswered } from "../node-request.ts";
import { NodeVisit } from "../node-visit.ts";
import type { Visit } from "../visit.ts";
import { attachServer, type H3Server } from "./attach-server.ts";
import { sourceOf } from "./h3-source.ts";
import { H3WebVisit } from "./h3-web-visit.ts";

declare module "h3" {
  interface H3EventContext {
    /** The work of this request, behind the middleware of `afterwork/h3`. */
    background: BackgroundTasks;
  }
}

/** What an injected handler finds under `native`. */
export interface H3Native {
  readonly event: H3Event;
}

/** Tasks, dependencies and durable work for apps of H3. */
export class H3Adapter extends Adapter {
  /** Gives requests their `event.context.background`. What it stands before may add tasks. */
  readonly middleware: Middleware = (event, next) => {
    if (visitOf(event) !== undefined) return next();
    const node = event.runtime?.node;
    const { parts } = this.host;
    if (node?.res === undefined) return passWeb(begin(event, new H3WebVisit(parts, event)), next);
    const visit = new NodeVisit(parts, node.req as IncomingMessage, node.res as ServerResponse);
    return passNode(begin(event, visit), next);
  };

  /** Makes an event handler from one with inputs, for routes behind the middleware. */
  readonly inject: Inject<H3Native, EventHandler> = (...args: unknown[]) => {
    const injection = this.define(args);
    return async (event: H3Event): Promise<unknown> => {
      const visit = visitOf(event);
      if (visit === undefined) throw withoutMiddleware(event);
      const native: H3Native = { event };
      const outgoing = event.runtime?.node?.res as ServerResponse | undefined;
      const isNativeAnswer = (value: unknown): boolean =>
        outgoing === undefined ? value === event : isAnswered(value, native, outgoing);
      return toValue(await injection.run({ visit, source: sourceOf(event), native, isNativeAnswer }));
    };
  };

  /** @throws {InvalidOptionError} */
  constructor(options: HostOptions) {
    super("afterwork", options);
  }

  /** Takes the server that `serve` of H3 returns. On Node it is shut down as {@link attach} says. */
  attach(server: H3Server, options?: AttachOptions): Promise<void> {
    return attachServer(this, server, options);
  }
}

/** Apps that are mounted have events of their own for the same request. */
function visitOf({ runtime, context }: H3Event): NodeVisit | H3WebVisit | undefined {
  const node = runtime?.node;
  return node?.res === undefined ? H3WebVisit.of(context) : NodeVisit.of(node.req as IncomingMessage);
}

function begin<Begun extends Visit>(event: H3Event, visit: Begun): Begun {
  event.context.background = visit.tasks;
  visit.enter();
  return visit;
}

/** The response of Node waits by itself; what is not a promise stays none, for H3 answers it at once. */
function passNode(visit: NodeVisit, next: () => unknown): unknown {
  const end = (value: unknown): unknown => {
    if (value instanceof Error) visit.fail(value);
    visit.leave();
    return value;
  };
  const fail = (error: unknown): never => {
    visit.fail(error);
    visit.leave();
    throw error;
  };
  try {
    const value = next();
    return isPromiseLike(value) ? value.then(end, fail) : end(value);
  } catch (error) {
    return fail(error);
  }
}

async function passWeb(visit: H3WebVisit, next: () => unknown): Promise<unknown> {
  try {
    const value = await next();
    if (value instanceof Error) throw value;
    return await visit.concludeValue(value);
  } catch (error) {
    const refused = await visit.concludeFailed(error);
    if (refused !== undefined) return refused;
    throw error;
  } finally {
    visit.leave();
  }
}

/** H3 adds the headers of `event.res` to it, and sends nothing where Node's response has been ended. */
function toValue(reply: Reply): unknown {
  if (reply === answeredNatively) return undefined;
  if (!(reply instanceof PlainReply)) return reply;
  const { status, body } = reply;
  const headers = reply.headers ?? new Headers();
  if (body !== null && !headers.has("content-type")) headers.set("content-type", "application/json");
  return new HTTPResponse(body, { status, headers });
}

function withoutMiddleware({ req, url }: H3Event): AfterworkError {
  return new AfterworkError(
    "INVALID_DEFINITION",
    `${req.method} ${url.pathname}: an injected handler expects the middleware before its route: app.use(work.middleware)`,
  );
}

/** Makes the tasks of requests, dependencies and durable work part of an H3 app. @throws {InvalidOptionError} */
export function afterwork(options: HostOptions = {}): H3Adapter {
  return new H3Adapter(options);
}
