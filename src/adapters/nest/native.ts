import type { IncomingMessage, ServerResponse } from "node:http";

import type { ArgumentsHost, ExecutionContext } from "@nestjs/common";

import { AfterworkError } from "../../base/errors.ts";

/** What an injected handler finds under `native`. */
export interface NestNative {
  /** Nest's own: it knows the request, the response, the controller and its method. */
  readonly context: ExecutionContext;
}

/** A request and its response as Node has them. */
export interface NodeSide {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
}

/** Express derives its objects from these, Fastify has them as `raw`. @throws {AfterworkError} where there is no HTTP. */
export function nodeSideOf(context: ArgumentsHost): NodeSide {
  if (context.getType() !== "http") {
    throw new AfterworkError(
      "INVALID_DEFINITION",
      `background: expected an HTTP request, got one of ${context.getType()}`,
    );
  }
  const http = context.switchToHttp();
  const request: IncomingMessage & { readonly raw?: IncomingMessage } = http.getRequest();
  const response: ServerResponse & { readonly raw?: ServerResponse } = http.getResponse();
  return { incoming: request.raw ?? request, outgoing: response.raw ?? response };
}

/** What the responses of Express and Fastify have in common, and by what each says that somebody has answered. */
export interface PlatformResponse {
  readonly statusCode: number;
  /** Of Express. */
  readonly headersSent?: boolean;
  /** Of Fastify. */
  readonly sent?: boolean;
  status(status: number): unknown;
}
