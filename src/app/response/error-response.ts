import { OverloadedError } from "../../background/overloaded-error.ts";
import { messageOf } from "../../base/errors.ts";
import { UnavailableError } from "../../base/unavailable-error.ts";
import { JobConflictError } from "../../tasks/job-errors.ts";
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

/**
 * Is it one of the errors that the package itself knows an answer to, an expected one or not? One that brings its response
 * along belongs to a framework, which may have a handler for it.
 */
export function isForeseen(error: unknown): boolean {
  if (bringsResponse(error)) return false;
  const { response, unexpected } = answerTo(error);
  return !unexpected || response.status !== 500;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? `${error.name} ${JSON.stringify(error.message)}` : "an error";
}

function knownAnswer(error: unknown): Answer {
  if (error instanceof HTTPException)
    return { response: detail(error.status, error.detail, error.headers), unexpected: false };
  if (error instanceof RequestValidationError) return { response: detail(422, error.faults), unexpected: false };
  if (error instanceof UnavailableError) {
    const response = detail(error.status, "Service Unavailable", error.headers);
    return { response, unexpected: !(error instanceof OverloadedError) };
  }
  if (error instanceof JobConflictError) return { response: detail(error.status, "Conflict"), unexpected: false };
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

/** Hono's middleware throws errors that bring their response along. */
function ownResponse(error: unknown): Response | undefined {
  if (!bringsResponse(error)) return undefined;
  const response = error.getResponse();
  return isResponse(response) ? sendable(response) : undefined;
}

function bringsResponse(error: unknown): error is Error & { getResponse(): unknown } {
  return error instanceof Error && "getResponse" in error && typeof error.getResponse === "function";
}
