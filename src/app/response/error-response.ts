import { StoreUnavailableError } from "../../background/durable-port.ts";
import { OverloadedError } from "../../background/overloaded-error.ts";
import { messageOf } from "../../base/errors.ts";
import { JobConflictError } from "../../tasks/job-errors.ts";
import { StoreFaultError } from "../../stores/contract/store-fault-error.ts";
import { HTTPException } from "../http-exception.ts";
import { RequestValidationError } from "../parameters/fault.ts";
import { isResponse } from "./is-response.ts";
import { sendable, sendableHeaders } from "./sendable.ts";
import { toJson } from "./to-json.ts";

/** An error as a response, and whether it is news to the people who run the app. */
export interface Answer {
  readonly response: Response;
  /** Nobody has foreseen this error. */
  readonly unexpected: boolean;
  /** Why what the error asks for can't be sent, such as a header with a line break. */
  readonly unsendable?: Error;
}

/** The response to an error that no handler of the app takes. Never throws. */
export function answerTo(error: unknown): Answer {
  try {
    return knownAnswer(error);
  } catch (cause) {
    const unsendable = new Error(`the answer to ${nameOf(error)} can't be sent: ${messageOf(cause)}`, { cause: error });
    return { response: detail(500, "Internal Server Error"), unexpected: true, unsendable };
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name} ${JSON.stringify(error.message)}` : "an error";
}

function knownAnswer(error: unknown): Answer {
  if (error instanceof HTTPException)
    return { response: detail(error.status, error.detail, error.headers), unexpected: false };
  if (error instanceof RequestValidationError) return { response: detail(422, error.faults), unexpected: false };
  if (error instanceof OverloadedError) return { response: unavailable(error.retryAfterSeconds), unexpected: false };
  if (error instanceof StoreUnavailableError || error instanceof StoreFaultError)
    return { response: unavailable(1), unexpected: true };
  if (error instanceof JobConflictError) return { response: detail(409, "Conflict"), unexpected: false };
  const own = ownResponse(error);
  if (own !== undefined) return { response: own, unexpected: false };
  return { response: detail(500, "Internal Server Error"), unexpected: true };
}

/** FastAPI's shape of every error: `{"detail": …}`. */
export function detail(status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Response {
  const all = sendableHeaders(new Headers(headers));
  all.set("content-type", "application/json");
  return new Response(`{"detail":${toJson(value, "detail to be")}}`, { status, headers: all });
}

function unavailable(retryAfterSeconds: number): Response {
  return detail(503, "Service Unavailable", { "retry-after": String(Math.ceil(retryAfterSeconds)) });
}

/** Hono's middleware throws errors that bring their response along. */
function ownResponse(error: unknown): Response | undefined {
  if (!(error instanceof Error) || !("getResponse" in error) || typeof error.getResponse !== "function")
    return undefined;
  const response: unknown = error.getResponse();
  return isResponse(response) ? sendable(response) : undefined;
}
