import type { IncomingMessage, ServerResponse } from "node:http";

import { expected } from "../base/options.ts";
import { CallRoute, PortRoute, UrlRoute, type FetchHandler, type Route } from "./routes.ts";

/** How the requests of a test client get to a framework that an adapter serves. */
export type TestTarget =
  /** A fetch handler: the app of Hono or H3, or anything else with `fetch`. Called without a socket. */
  | FetchHandler
  /** A listener for the requests of Node: the app of Express, Koa's `callback()`. Put on a free port of this machine. */
  | NodeListener
  /** A server of Node, as Fastify's `server` or Nest's `getHttpServer()`: what listens to its requests, it need not be open. */
  | RequestEmitter
  /** Where it listens already, in this process. */
  | string
  | URL;

/** What answers a request of Node, at once or later. */
export type NodeListener = (request: IncomingMessage, response: ServerResponse) => unknown;

/** A server of Node, as far as its requests go. */
export interface RequestEmitter {
  emit(event: "request", ...args: Parameters<NodeListener>): boolean;
  listenerCount(event: "request"): number;
}

/** The way to a target. @throws {InvalidOptionError} */
export function routeTo(target: TestTarget): Route {
  if (isFetchHandler(target)) return new CallRoute(target);
  if (isListener(target)) return new PortRoute(target);
  if (isEmitter(target)) return new PortRoute(listenerOf(target));
  const url = urlOf(target);
  if (url !== undefined) return new UrlRoute(url);
  const wanted = "an object with fetch, a listener (request, response), a server of Node or the URL of one";
  throw expected("TestClient: target", wanted, target);
}

function isFetchHandler(target: unknown): target is FetchHandler {
  return typeof target === "object" && target !== null && typeof (target as Partial<FetchHandler>).fetch === "function";
}

/** A function of one parameter can't answer a request of Node: it is the `fetch` of something. */
function isListener(target: unknown): target is NodeListener {
  return typeof target === "function" && target.length > 1;
}

function isEmitter(target: unknown): target is RequestEmitter {
  if (typeof target !== "object" || target === null) return false;
  const { emit, listenerCount } = target as Partial<RequestEmitter>;
  return typeof emit === "function" && typeof listenerCount === "function";
}

/** The server stays as it is: it may be open, or be closed with the framework. */
function listenerOf(server: RequestEmitter): NodeListener {
  return (request, response) => {
    if (server.emit("request", request, response)) return;
    response.writeHead(501).end("the server that is the target of a TestClient has no listener for requests");
  };
}

function urlOf(target: unknown): URL | undefined {
  if (typeof target !== "string" && !(target instanceof URL)) return undefined;
  const url = URL.parse(String(target));
  return url?.protocol === "http:" || url?.protocol === "https:" ? url : undefined;
}
