import { headers } from "next/headers.js";
import type { NextRequest } from "next/server.js";

import type { HostOptions } from "../../app/host-options.ts";
import { toResponse } from "../../app/response/plain-reply.ts";
import type { StartOptions } from "../../app/servable-app.ts";
import { aBoolean, aFunction, checkOptions, expected } from "../../base/options.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import { Adapter } from "../adapter.ts";
import type { Inject } from "../inject.ts";
import type { Injection } from "../injection.ts";
import { StandardSource } from "../standard-source.ts";
import { ActionReply, actionArguments, type DefineAction } from "./action.ts";
import { ThrownReply, withControlFlow } from "./control-flow.ts";
import { drainAtExit } from "./drain-at-exit.ts";
import { NextVisit } from "./next-visit.ts";

/** What Next calls a route handler with, beside the request. */
export interface RouteContext {
  readonly params: Promise<Readonly<Record<string, string | readonly string[] | undefined>>>;
}

/** What Next gives a handler whose path has no parameters. */
const withoutParams: RouteContext = { params: Promise.resolve({}) };

/** A route handler as Next expects it. Tests may call it without a context where the path has no parameters. */
export type RouteHandler<Context> = (request: NextRequest, context?: Context) => Promise<Response>;

/** A route handler that may add tasks. */
export type WorkingHandler<Context> = (
  request: NextRequest,
  context: Context & { readonly background: BackgroundTasks },
) => Response | Promise<Response>;

/** What an injected handler finds under `native`. */
export interface NextNative {
  readonly request: NextRequest;
  readonly context: RouteContext;
}

/** Tasks, dependencies and durable work for route handlers and server actions of Next. */
export class NextAdapter extends Adapter {
  #prepared: Promise<void> | undefined;

  /** Makes a route handler from one with inputs. Path parameters are the parts in brackets: `[id]`, `[...slug]`. */
  readonly inject: Inject<NextNative, RouteHandler<RouteContext>> = (...args: unknown[]) => {
    const injection = this.define(withControlFlow(args));
    return (request: NextRequest, context: RouteContext = withoutParams): Promise<Response> =>
      this.#answer(request, async (visit) => {
        const params = (await context.params) ?? {};
        const source = new StandardSource(request, (name) => partOf(params, name));
        const native: NextNative = { request, context };
        const reply = await injection.run({ visit, source, native, isNativeAnswer: () => false });
        if (reply instanceof ThrownReply) throw reply.error;
        return toResponse(reply);
      });
  };

  /**
   * Makes a server action of a function whose first parameter is its context, `background` included; those after it are the
   * arguments that the action is called with. With inputs before it, their values are in the context, too.
   */
  readonly action: DefineAction = (...args: unknown[]) => {
    const injection = this.define(actionArguments(args));
    return (...given: unknown[]): Promise<never> => this.#act(injection, given);
  };

  /** @throws {InvalidOptionError} */
  constructor(options: HostOptions) {
    super("afterwork", options);
  }

  /** Makes a route handler that may add tasks: its context has `background` beside Next's `params`. */
  route<Context = RouteContext>(handle: WorkingHandler<Context>): RouteHandler<Context> {
    if (!aFunction.accepts(handle)) throw expected("route", "a function", handle);
    return (request, context) =>
      this.#answer(request, async (visit) => {
        const given = context ?? (withoutParams as Context);
        return handle(request, { ...given, background: visit.tasks });
      });
  }

  /**
   * Starts, the engine's worker included, unless told not to, and drains when Next's server ends; for `register` in
   * `instrumentation.ts`. What handlers need is started by the first request anyway, without a worker.
   *
   * @throws whatever a dependency of `app` scope fails with.
   */
  async attach(options: StartOptions = {}): Promise<void> {
    checkOptions("attach", options, { work: aBoolean });
    await this.start(options);
    drainAtExit(this);
  }

  async #act(injection: Injection, given: readonly unknown[]): Promise<never> {
    await this.#prepare();
    const request = await actionRequest();
    const visit = new NextVisit(this.host.parts, "a server action", request);
    const source = new StandardSource(request, () => undefined);
    visit.enter();
    try {
      const reply = await injection.run({ visit, source, native: { given }, isNativeAnswer: () => false });
      if (reply instanceof ThrownReply) throw reply.error;
      if (!(reply instanceof ActionReply)) throw visit.tasks.outcome?.error;
      await visit.beforeHead();
      await visit.conclude(new Response(null));
      return reply.value as never;
    } catch (error) {
      await visit.concludeThrown(error);
      throw error;
    } finally {
      visit.leave();
    }
  }

  /** Next loads files when they are first asked for, so the first request of each kind begins a life of its own. */
  #prepare(): Promise<void> {
    this.#prepared ??= this.attach({ work: false }).catch((error: unknown) => {
      this.#prepared = undefined;
      throw error;
    });
    return this.#prepared;
  }

  async #answer(request: Request, handle: (visit: NextVisit) => Promise<Response>): Promise<Response> {
    await this.#prepare();
    const visit = new NextVisit(this.host.parts, `${request.method} ${new URL(request.url).pathname}`, request);
    visit.enter();
    try {
      return await visit.conclude(await handle(visit));
    } catch (error) {
      return await visit.concludeThrown(error);
    } finally {
      visit.leave();
    }
  }
}

/** What a catch-all part of the path has matched is a list. */
function partOf(params: Awaited<RouteContext["params"]>, name: string): string | undefined {
  const value = Object.hasOwn(params, name) ? params[name] : undefined;
  return typeof value === "string" || value === undefined ? value : value.join("/");
}

/** Next shows actions nothing of their request but its headers. */
async function actionRequest(): Promise<Request> {
  const sent = new Headers(await headers());
  // Next says no path, and a host that says one is none.
  const url = `http://${sent.get("host") ?? "localhost"}/`;
  const isHost = URL.canParse(url) && new URL(url).href === url.toLowerCase();
  return new Request(isHost ? url : "http://localhost/", { method: "POST", headers: sent });
}

/**
 * Makes the tasks of requests, dependencies and durable work part of an application of Next.
 *
 * @throws {InvalidOptionError}
 */
export function afterwork(options: HostOptions = {}): NextAdapter {
  return new NextAdapter(options);
}
