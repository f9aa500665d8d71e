import type { Context } from "hono";

/** What is left to do when a response is over; a promise only if that takes time. */
export type Over = () => undefined | Promise<void>;

/** Knows when a response is really over: sent in full, or given up because the client has gone. */
export interface ResponseEnd {
  /** Has `over` called once when this response is over; returns the response to send. Called at most once a request. */
  attach(response: Response, over: Over): Response;
  /** The same for a response that has been handed to the server already. */
  attachLate(over: Over): void;
}

/** Under this key, the environment of `app.fetch` may bring its own {@link ResponseEnd}. */
export const responseEndKey: unique symbol = Symbol("afterwork.responseEnd");

/** The parts of a Node response that tell its end, as `@hono/node-server` passes it. */
interface NodeOutgoing {
  readonly closed: boolean;
  once(event: "close", listener: () => void): unknown;
}

interface KnownEnvironment {
  readonly [responseEndKey]?: ResponseEnd;
  readonly outgoing?: NodeOutgoing;
}

/** Finds out how the end of this request's response can be known. */
export function responseEndOf(context: Context): ResponseEnd {
  const environment = context.env as KnownEnvironment | undefined;
  const end = environment?.[responseEndKey] ?? nodeEndOf(environment) ?? webEndOf(context);
  return context.req.raw.method === "HEAD" ? withoutBody(end) : end;
}

function nodeEndOf(environment: KnownEnvironment | undefined): ResponseEnd | undefined {
  return environment?.outgoing === undefined ? undefined : new NodeEnd(environment.outgoing);
}

function webEndOf(context: Context): ResponseEnd {
  const waitUntil = waitUntilOf(context);
  return waitUntil === undefined ? bodyEnd : new WaitUntilEnd(waitUntil);
}

/** `close` comes exactly once: after the last byte, on an abort, and on a broken stream. `finish` only on success. */
export class NodeEnd implements ResponseEnd {
  readonly #outgoing: NodeOutgoing;

  constructor(outgoing: NodeOutgoing) {
    this.#outgoing = outgoing;
  }

  attach(response: Response, over: Over): Response {
    this.attachLate(over);
    return response;
  }

  attachLate(over: Over): void {
    if (this.#outgoing.closed) setImmediate(() => void over());
    else this.#outgoing.once("close", () => void over());
  }
}

/** Where the platform keeps a request alive for its promises. */
class WaitUntilEnd implements ResponseEnd {
  readonly #waitUntil: (promise: Promise<unknown>) => void;

  constructor(waitUntil: (promise: Promise<unknown>) => void) {
    this.#waitUntil = waitUntil;
  }

  attach(response: Response, over: Over): Response {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waitUntil(promise);
    return afterBody(response, async () => {
      await over();
      resolve();
    });
  }

  attachLate(over: Over): void {
    this.#waitUntil(Promise.resolve(over()));
  }
}

/** `executionCtx` throws where there is none. */
function waitUntilOf(context: Context): ((promise: Promise<unknown>) => void) | undefined {
  try {
    const { executionCtx } = context;
    return (promise) => executionCtx.waitUntil(promise);
  } catch {
    return undefined;
  }
}

/**
 * Nobody ever pulls the body of a response to HEAD, so it can't tell its end. It is cancelled, but only when the response
 * is over: middleware may want to read it, for an etag.
 */
function withoutBody(end: ResponseEnd): ResponseEnd {
  return {
    attach(response, over) {
      end.attach(new Response(null), () => {
        // A body that fails to be cancelled concerns nobody: it is not sent.
        if (response.body?.locked === false) response.body.cancel().catch(() => {});
        return over();
      });
      return response;
    },
    attachLate: (over) => end.attachLate(over),
  };
}

/** Nothing tells, so the last chunk that is pulled has to: a moment later it has been written. */
const bodyEnd: ResponseEnd = {
  attach: (response, over) => afterBody(response, over),
  attachLate: (over) => void setTimeout(() => void over(), 0),
};

/** The same response; `over` is called in a later turn than its last chunk, or its cancellation. */
function afterBody(response: Response, over: Over): Response {
  const soon = (): void => void setTimeout(() => void over(), 0);
  if (response.body === null) {
    soon();
    return response;
  }
  const reader = response.body.getReader();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const next = await reader.read();
        if (!next.done) return controller.enqueue(next.value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      soon();
    },
    async cancel(reason) {
      soon();
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
