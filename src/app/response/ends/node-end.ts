import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

import type { Over, ResponseEnd } from "../response-end.ts";

/** The parts of a Node response that tell its end. */
interface NodeOutgoing {
  readonly closed: boolean;
  readonly destroyed: boolean;
  /** `null` where a response has none yet, or no more. */
  readonly socket?: object | null;
  readonly req?: IncomingMessage;
  /** Responses of HTTP/2 have one. */
  readonly stream?: { readonly destroyed: boolean };
  on(event: "close", listener: () => void): unknown;
}

/**
 * The response of Node's that `@hono/node-server` passes in the environment. On other platforms the environment has what
 * its user has named, and that may be called so as well.
 */
export function nodeOutgoingOf(environment: unknown): ServerResponse | undefined {
  const outgoing = (environment as { readonly outgoing?: Partial<ServerResponse> } | undefined)?.outgoing;
  return typeof outgoing?.on === "function" && typeof outgoing.closed === "boolean"
    ? (outgoing as ServerResponse)
    : undefined;
}

/**
 * Has `over` called once when a response has been sent, or the client has gone. `close` comes exactly once: after the last
 * byte, on an abort, and on a broken stream. `finish` only on success.
 */
export function whenClosed(outgoing: NodeOutgoing, over: () => unknown): void {
  const connection = outgoing.socket === null ? outgoing.req?.socket : undefined;
  if (isClosed(outgoing) || connection?.destroyed === true) setImmediate(over);
  else if (connection === undefined) outgoing.on("close", over);
  else whenQueuedCloses(outgoing, connection, over);
}

/** What ends with a connection: one listener for all of it, because there may be many. */
const queued = new WeakMap<Socket, Set<() => void>>();

/** A response behind others of its connection has no socket yet, and Node 22 tells it nothing when the client goes. */
function whenQueuedCloses(outgoing: NodeOutgoing, connection: Socket, over: () => unknown): void {
  const ends = queued.get(connection) ?? new Set();
  if (!queued.has(connection)) {
    queued.set(connection, ends);
    connection.once("close", () => ends.forEach((end) => end()));
  }
  const end = (): void => {
    if (ends.delete(end)) over();
  };
  ends.add(end);
  outgoing.on("close", end);
}

/**
 * The error that broke a response off; `undefined` when it was complete, or the client left. Where it waited behind others of
 * its connection, Node 24 destroys it with an error when the client leaves.
 */
export function breakOf({ errored, socket }: ServerResponse): unknown {
  const error: NodeJS.ErrnoException | undefined = errored ?? undefined;
  return socket === null && error?.code === "ECONNRESET" ? undefined : error;
}

/** Responses of tests that have no socket, and those of HTTP/2, say otherwise than by `closed` that `close` has come. */
function isClosed(outgoing: NodeOutgoing): boolean {
  return outgoing.closed || outgoing.destroyed || outgoing.stream?.destroyed === true;
}

/** The end of a response that Node sends. */
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
    whenClosed(this.#outgoing, over);
  }
}
