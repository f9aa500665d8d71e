import { describe } from "../../base/options.ts";
import { keptBody } from "./kept-body.ts";
import { hasNoBody } from "./no-body.ts";

/**
 * The same response, if it can be sent. The class that the server puts in the place of the global `Response` judges
 * nothing when it is constructed, and by the time that Node does, it is too late to answer anything else.
 *
 * @throws {TypeError | RangeError}
 */
export function sendable(response: Response): Response {
  const { status, headers } = response;
  if (!Number.isInteger(status) || status < 200 || status > 599) {
    throw new RangeError(`expected a response with a status from 200 to 599, got ${describe(status)}`);
  }
  if (hasNoBody(status) && typeof keptBody(response) === "string") {
    throw new TypeError(`expected a response without a body, as its status is ${status}`);
  }
  const encoding = headers.get("transfer-encoding");
  if (encoding !== null && encoding !== "chunked") throw isForServer("transfer-encoding");
  if (headers.has("trailer")) throw isForServer("trailer");
  if (!hasReadableBody(response)) {
    throw new TypeError("expected a response whose body can still be read, got one whose body was read already");
  }
  return response;
}

function hasReadableBody(response: Response): boolean {
  const kept = keptBody(response);
  if (kept === undefined) return !response.bodyUsed && response.body?.locked !== true;
  return !(kept instanceof ReadableStream) || !kept.locked;
}

/** The same headers, if they leave to the server how the message ends. @throws {TypeError} @see RFC 9112, section 6 */
export function sendableHeaders(headers: Headers): Headers {
  if (headers.has("transfer-encoding")) throw isForServer("transfer-encoding");
  if (headers.has("trailer")) throw isForServer("trailer");
  return headers;
}

function isForServer(name: string): TypeError {
  return new TypeError(`expected a response without the header ${name}, which is for the server to set`);
}
