import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";

import type { HostOptions } from "../../app/host-options.ts";
import { aFunction, expected } from "../../base/options.ts";
import type { BackgroundTasks } from "../../tasks/background-tasks.ts";
import { Adapter } from "../adapter.ts";
import { attach, type AttachOptions } from "../attach.ts";
import type { Inject } from "../inject.ts";
import { nodeRequest } from "../node-request.ts";
import { NodeVisit } from "../node-visit.ts";
import { writeReply } from "../write-reply.ts";

/** A request whose listener may add tasks. */
export interface WorkingRequest extends IncomingMessage {
  /** The work of this request. */
  readonly background: BackgroundTasks;
}

/** A listener of `node:http` that may add tasks; what it throws, or rejects with, fails the request. */
export type WorkingListener = (request: WorkingRequest, response: ServerResponse) => unknown;

/** What an injected handler finds under `native`. */
export interface NodeNative {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Tasks, dependencies and durable work for servers of plain `node:http`. */
export class NodeAdapter extends Adapter {
  /** Makes a listener of a handler with inputs. Parts of the path are those of `request.params`, if a router sets these. */
  readonly inject: Inject<NodeNative, RequestListener> = (...args: unknown[]) => {
    const injection = this.define(args);
    return (request: IncomingMessage, response: ServerResponse): void => {
      const visit = this.#visitOf(request, response);
      void this.#answer(visit, async () => {
        const reply = await injection.run(nodeRequest(visit, { request, response }));
        await writeReply(reply, response, request.method);
      });
    };
  };

  /** @throws {InvalidOptionError} */
  constructor(options: HostOptions) {
    super("afterwork", options);
  }

  /** The listener for `createServer`: gives requests their `background`. */
  listener(handle: WorkingListener): RequestListener {
    if (!aFunction.accepts(handle)) throw expected("listener", "a function", handle);
    return (request, response) => {
      const visit = this.#visitOf(request, response);
      const working = Object.assign(request, { background: visit.tasks });
      void this.#answer(visit, async () => {
        await handle(working, response);
      });
    };
  }

  /** @see attach */
  attach(server: Server, options?: AttachOptions): Promise<void> {
    return attach(this, server, options);
  }

  #visitOf(request: IncomingMessage, response: ServerResponse): NodeVisit {
    return NodeVisit.of(request) ?? new NodeVisit(this.host.parts, request, response);
  }

  /** There is no framework to answer an error, so it is done here: 500 where nothing has been sent, or the connection ends. */
  async #answer(visit: NodeVisit, handle: () => Promise<void>): Promise<void> {
    visit.enter();
    try {
      await handle();
    } catch (error) {
      visit.fail(error);
      this.host.parts.log.error(`${visit.name} failed`, { error });
      visit.answerError(error);
    }
    visit.leave();
  }
}

/** Makes the tasks of requests, dependencies and durable work part of a server of plain `node:http`. @throws {InvalidOptionError} */
export function afterwork(options: HostOptions = {}): NodeAdapter {
  return new NodeAdapter(options);
}
