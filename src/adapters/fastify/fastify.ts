import type { FastifyReply, FastifyRequest } from "fastify";

import type { HostOptions } from "../../app/host-options.ts";
import { Adapter } from "../adapter.ts";
import type { Inject } from "../inject.ts";
import { fastifyRequest } from "./fastify-request.ts";
import { visitOf } from "./fastify-visit.ts";
import { payloadOf } from "./payload-of.ts";
import { makePlugin, type WorkPlugin } from "./plugin.ts";

/** What an injected handler finds under `native`. */
export interface FastifyNative {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/**
 * A handler that fits every route: how its server, its types and its schemas are said is of no matter, because its inputs
 * say what it reads.
 */
export type InjectedHandler = (request: object, reply: object) => Promise<never>;

/** Tasks, dependencies and durable work for applications of Fastify 5. */
export class FastifyAdapter extends Adapter {
  /**
   * To be registered before routes, and before plugins that add tasks: `await app.register(work.plugin)`. Requests have
   * `background` then; the app starts and drains with its instance.
   */
  readonly plugin: WorkPlugin;

  /** Makes a handler of a route from one with inputs. What it returns passes the hooks of the route. */
  readonly inject: Inject<FastifyNative, InjectedHandler> = (...args: unknown[]) => {
    const injection = this.define(args);
    const handler: InjectedHandler = async (request) => {
      const received = request as FastifyRequest;
      const visit = visitOf(received, this.host.parts);
      return payloadOf(await injection.run(fastifyRequest(visit, received)), visit.reply) as never;
    };
    this.#injected.add(handler);
    return handler;
  };

  readonly #injected = new WeakSet<object>();

  /** @throws {InvalidOptionError} */
  constructor(options: HostOptions) {
    super("afterwork", options);
    this.plugin = makePlugin({
      adapter: this,
      parts: this.host.parts,
      isInjected: (handler) => this.#injected.has(handler as object),
    });
  }
}

/** Makes the tasks of requests, dependencies and durable work part of an application of Fastify. @throws {InvalidOptionError} */
export function afterwork(options: HostOptions = {}): FastifyAdapter {
  return new FastifyAdapter(options);
}
