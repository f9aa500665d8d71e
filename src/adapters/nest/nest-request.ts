import { NodeSource } from "../../app/request/node-source.ts";
import type { InjectedRequest } from "../injection.ts";
import { nodeRequest } from "../node-request.ts";
import type { NodeVisit } from "../node-visit.ts";
import { WrappedRoute } from "../wrapped-route.ts";
import type { NestNative, PlatformResponse } from "./native.ts";

/** A request of Nest's for an injected handler, whatever platform it came through. */
export function nestRequest(visit: NodeVisit, native: NestNative): InjectedRequest {
  const { incoming, outgoing } = visit;
  const http = native.context.switchToHttp();
  const request: object = http.getRequest();
  const response: PlatformResponse = http.getResponse();
  const isNativeAnswer = (value: unknown): boolean =>
    value === undefined ? response.headersSent === true || response.sent === true : value === response;
  const ofExpress = { ...nodeRequest(visit, native), isNativeAnswer };
  if (request === incoming) return ofExpress;
  return { ...ofExpress, source: new NodeSource(new WrappedRoute(request), incoming, outgoing) };
}
