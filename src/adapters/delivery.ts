import type { ServerResponse } from "node:http";

import { breakOf, whenClosed } from "../app/response/ends/node-end.ts";
import { keepAlive } from "../app/response/ends/wait-until-end.ts";
import type { Over, ResponseEnd, WaitUntil } from "../app/response/response-end.ts";
import { looksStreamed, observed } from "../app/response/streamed-response.ts";
import { holdResponse, type Gate } from "./held-response.ts";

/** How a response leaves, once a framework of standard responses has made it, and when it has left. */
export interface Delivery {
  /** Has `over` called once when the response has been sent, or the client has gone. */
  whenOver(over: Over): void;
  /** From now on the response is the framework's to send; returns the one to go on with. */
  deliver(response: Response, gate: Gate): Response;
  /** Something must be done before its end is sent. Called when it has been delivered. */
  hold(gate: Gate): void;
  /** The error that broke it off; `undefined` when it was complete, or the client left. */
  readonly brokenBy: unknown;
  /** Has the platform wait for a promise; `undefined` where nobody can be told. */
  readonly waitUntil: WaitUntil | undefined;
}

/** By a server of Node, whose own response tells everything. */
export class NodeDelivery implements Delivery {
  readonly waitUntil = undefined;
  readonly #outgoing: ServerResponse;
  readonly #isHead: boolean;

  constructor(outgoing: ServerResponse, method: string) {
    this.#outgoing = outgoing;
    this.#isHead = method === "HEAD";
  }

  get brokenBy(): unknown {
    return breakOf(this.#outgoing);
  }

  whenOver(over: () => unknown): void {
    whenClosed(this.#outgoing, over);
  }

  /** Nobody reads the body of a response to HEAD. It is cancelled late, because other middleware may want to. */
  deliver(response: Response): Response {
    if (this.#isHead) this.whenOver(() => cancelBody(response));
    return response;
  }

  hold(gate: Gate): void {
    holdResponse(this.#outgoing, gate);
  }
}

/** A body that fails to be cancelled concerns nobody: it is not sent. */
export function cancelBody({ body }: Response): void {
  if (body?.locked === false) body.cancel().catch(() => {});
}

/** By whoever called the framework's `fetch`: there is nothing but the response that is returned. */
export class WebDelivery implements Delivery {
  readonly #end: ResponseEnd;
  readonly #isHead: boolean;
  #over: Over | undefined;
  #isDelivered = false;
  #isAttached = false;
  #brokenBy: unknown;

  /** `end` is found before the request is handled: Deno tells it only to those who ask in time. */
  constructor(end: ResponseEnd, method: string) {
    this.#end = end;
    this.#isHead = method === "HEAD";
  }

  get brokenBy(): unknown {
    return this.#brokenBy;
  }

  get waitUntil(): WaitUntil | undefined {
    return this.#end.waitUntil;
  }

  whenOver(over: Over): void {
    this.#over = over;
    if (this.#isDelivered && !this.#isAttached) this.#end.attachLate(over);
  }

  /** Whoever writes a stream may add tasks until its end, so its end has to be known in any case. */
  deliver(response: Response, gate: Gate): Response {
    this.#isDelivered = true;
    if (this.#over === undefined && !looksStreamed(response)) return response;
    this.#isAttached = true;
    const held = this.#isHead ? response : this.#withHeldEnd(response, gate);
    return this.#end.attach(held, () => this.#over?.());
  }

  /** The end of every body that is watched asks the gate. */
  hold(): void {}

  #withHeldEnd(response: Response, gate: Gate): Response {
    if (response.body === null) return response;
    const ended = keepAlive(this.waitUntil);
    return observed(response, {
      beforeEnd: async () => gate.beforeHead(),
      onError: (error) => {
        this.#brokenBy = error;
      },
      onOver: () => ended?.(),
    });
  }
}
