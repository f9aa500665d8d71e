import type { FastifyRequest } from "fastify";

import { NodeSource } from "../../app/request/node-source.ts";
import type { InjectedRequest } from "../injection.ts";
import { WrappedRoute } from "../wrapped-route.ts";
import type { FastifyVisit } from "./fastify-visit.ts";

/** A request of Fastify for an injected handler. */
export function fastifyRequest(visit: FastifyVisit, request: FastifyRequest): InjectedRequest {
  const { reply, incoming, outgoing } = visit;
  return {
    visit,
    source: new NodeSource(new WrappedRoute(request), incoming, outgoing),
    native: { request, reply },
    isNativeAnswer: (value) => (value === undefined ? visit.answered : value === reply || value === outgoing),
  };
}
