import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";

import { NodeSource } from "../../app/request/node-source.ts";
import { PlainReply } from "../../app/response/plain-reply.ts";
import type { DirectMatch, DirectRoutes } from "../../app/routing/direct-routes.ts";
import { isPlainHost } from "./plain-host.ts";

/** A response that was made before the ordinary way was taken, to be written by it. */
export const preparedResponseKey: unique symbol = Symbol("afterwork.preparedResponse");

/** A response to write to, and what is to be written. */
export interface PreparedOutgoing {
  readonly [preparedResponseKey]?: Response;
}

/** Characters that mean themselves: nothing is escaped, and no `.` or `..` is left for a URL parser to resolve. */
const plainTarget = /^\/[\w\-~!$&'()*,;=:@/.?]*$/;
const dotSegment = /\/\.\.?(?:[/?]|$)/;

/**
 * Calls the routes that need neither middleware nor a standard request, and leaves everything out of the ordinary, such
 * as escaped paths, bodies of unknown length or HEAD, to `general`.
 */
export function directListener(routes: DirectRoutes, general: RequestListener): RequestListener {
  return (incoming, outgoing) => {
    const match = find(routes, incoming);
    if (match === undefined) general(incoming, outgoing);
    else void answer(match, incoming, outgoing, general);
  };
}

function find(routes: DirectRoutes, { method, url, headers }: IncomingMessage): DirectMatch | undefined {
  if (method === undefined || url === undefined || method === "HEAD" || !isPlainHost(headers.host ?? ""))
    return undefined;
  if (!plainTarget.test(url) || dotSegment.test(url)) return undefined;
  const match = routes.find(method, pathOf(url));
  if (match === undefined || !match.readsJson) return match;
  return Number(headers["content-length"] ?? Number.NaN) <= match.bodyLimit ? match : undefined;
}

function pathOf(url: string): string {
  const query = url.indexOf("?");
  const path = query === -1 ? url : url.slice(0, query);
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

async function answer(
  match: DirectMatch,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  general: RequestListener,
): Promise<void> {
  try {
    const reply = await match.answer(new NodeSource(match, incoming, outgoing));
    if (reply instanceof PlainReply) return write(reply, outgoing);
    Object.assign(outgoing, { [preparedResponseKey]: reply });
    general(incoming, outgoing);
  } catch (error) {
    // Whatever was foreseen has been answered by now. One connection ends, instead of the process.
    console.error("a response could not be written", error);
    outgoing.destroy();
  }
}

const json = "application/json";

function write({ status, body, headers }: PlainReply, outgoing: ServerResponse): void {
  if (headers !== undefined) outgoing.setHeaders(headers);
  if (body === null) outgoing.writeHead(status).end();
  else {
    const type = headers?.get("content-type") ?? json;
    outgoing.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(body) }).end(body);
  }
}
