import { bodyStream, type StreamObserver } from "./body-stream.ts";
import { keptBody } from "./kept-body.ts";

const whole = /^(?:application\/json|text\/html|text\/plain)\b/;

/**
 * May its body be written little by little? Asking for the body itself would make a stream of any, and cost its length; so
 * where only the headers can tell, JSON, HTML and text are taken to be sent as a whole.
 */
export function looksStreamed(response: Response): boolean {
  const kept = keptBody(response);
  if (kept !== undefined) return typeof kept === "object" && kept !== null && Symbol.asyncIterator in kept;
  const { headers } = response;
  if (headers.has("content-length") || whole.test(headers.get("content-type") ?? "")) {
    return headers.get("transfer-encoding") === "chunked";
  }
  return response.body !== null;
}

/** The same response, whose body tells of its end. */
export function observed(response: Response, observer: StreamObserver): Response {
  const { body, status, statusText, headers } = response;
  if (body === null) return response;
  const iterator = body[Symbol.asyncIterator]();
  // Not made of the response itself: then the server's class would send no head before it has read some chunks.
  return new Response(
    bodyStream(iterator, (chunk) => chunk as Uint8Array, observer),
    { status, statusText, headers },
  );
}
