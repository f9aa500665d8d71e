import type { RouteDescription } from "./route-description.ts";
import type { JsonSchema } from "../schemas/standard-schema.ts";
import type { Components } from "./components.ts";
import type { ResponseObject } from "./document.ts";

/**
 * The answers of an operation: its own, the faults that its author named, and 422 when it has inputs.
 * `owner` is a name for the operation that a schema without a name of its own is called after.
 */
export function describeResponses(
  { status, response, errors = [], parameters }: RouteDescription,
  components: Components,
  owner: string,
): Readonly<Record<string, ResponseObject>> {
  const schema = response === undefined ? {} : components.refer(response, "output", `${owner}Response`);
  const responses: Record<string, ResponseObject> = { [status]: answer(status, schema) };
  for (const error of errors) responses[error] ??= answer(error, components.referFault("HTTPError"));
  if (parameters.length > 0 && status !== 422) {
    responses[422] = answer(422, components.referFault("HTTPValidationError"), "Validation Error");
  }
  return responses;
}

function answer(status: number, schema: JsonSchema, description: string = describeStatus(status)): ResponseObject {
  return hasBody(status) ? { description, content: { "application/json": { schema } } } : { description };
}

/** 204 and 205 must not have one, and whoever follows a redirect never reads it. @see RFC 9110, section 15 */
function hasBody(status: number): boolean {
  return status >= 400 || (status >= 200 && status < 300 && status !== 204 && status !== 205);
}

function describeStatus(status: number): string {
  if (status >= 200 && status < 300) return "Successful Response";
  return reasons[status] ?? (status < 400 ? "Response" : "Error");
}

/** Those that APIs use. @see https://www.iana.org/assignments/http-status-codes */
const reasons: Readonly<Record<number, string>> = {
  301: "Moved Permanently",
  302: "Found",
  303: "See Other",
  304: "Not Modified",
  307: "Temporary Redirect",
  308: "Permanent Redirect",
  400: "Bad Request",
  401: "Unauthorized",
  402: "Payment Required",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  408: "Request Timeout",
  409: "Conflict",
  410: "Gone",
  411: "Length Required",
  412: "Precondition Failed",
  413: "Content Too Large",
  415: "Unsupported Media Type",
  416: "Range Not Satisfiable",
  418: "I'm a Teapot",
  422: "Unprocessable Content",
  423: "Locked",
  425: "Too Early",
  426: "Upgrade Required",
  428: "Precondition Required",
  429: "Too Many Requests",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  501: "Not Implemented",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};
