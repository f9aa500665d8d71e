import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import type { Context, MiddlewareHandler } from "hono";

/** Node's own view of one request. */
export interface Wire {
  readonly outgoing: ServerResponse;
  readonly socket: Socket;
}

export function wireOf(context: Context): Wire {
  const { incoming, outgoing } = context.env as { incoming: IncomingMessage; outgoing: ServerResponse };
  return { outgoing, socket: incoming.socket };
}

/** Middleware that keeps the wire of every request, the latest last. */
export function keepWires(wires: Wire[]): MiddlewareHandler {
  return async (context, next) => {
    wires.push(wireOf(context));
    await next();
  };
}

/** Has the operating system taken every byte of the response? */
export function isWritten({ outgoing, socket }: Wire): boolean {
  return outgoing.writableFinished && socket.writableLength === 0;
}
