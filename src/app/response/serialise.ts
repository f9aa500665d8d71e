import { AfterworkError } from "../../base/errors.ts";
import { describe } from "../../base/options.ts";
import { isPromiseLike } from "../../base/promises.ts";
import type { StandardSchemaV1 } from "../schemas/standard-schema.ts";
import { bodyStream, endEarly, withFirst, type StreamObserver } from "./body-stream.ts";
import { encodeEvent, EventStream, type ServerSentEvent } from "./event-stream.ts";
import { withKeepAlive } from "./keep-alive.ts";
import { hasNoBody } from "./no-body.ts";
import { PlainReply } from "./plain-reply.ts";
import type { ResponseDraft } from "./response-draft.ts";
import { sendableHeaders } from "./sendable.ts";
import { toJson } from "./to-json.ts";

/** What a route says of its responses. */
export interface ResponseShape {
  readonly status: number;
  readonly schema: StandardSchemaV1 | undefined;
}

/** A returned value that misfits the route's `response` schema. The client gets a 500, the log the details. Code `RESPONSE_INVALID`. */
export class ResponseValidationError extends AfterworkError {
  readonly issues: readonly StandardSchemaV1.Issue[];

  constructor(issues: readonly StandardSchemaV1.Issue[]) {
    const texts = issues.map(({ path, message }) => `${(path ?? []).map(keyText).join(".")}: ${message}`);
    super("RESPONSE_INVALID", `the returned value misfits the response schema: ${texts.join("; ")}`);
    this.issues = issues;
  }
}

function keyText(part: PropertyKey | StandardSchemaV1.PathSegment): string {
  return String(typeof part === "object" ? part.key : part);
}

/** A plain value as JSON; `undefined` is `null`. A promise only if the schema is asynchronous. */
export function jsonReply(
  value: unknown,
  shape: ResponseShape,
  draft: ResponseDraft,
): PlainReply | Promise<PlainReply> {
  if (shape.schema === undefined) return encodeJson(value, shape, draft);
  const result = shape.schema["~standard"].validate(value);
  if (isPromiseLike(result)) return Promise.resolve(result).then((settled) => encodeJson(valid(settled), shape, draft));
  return encodeJson(valid(result), shape, draft);
}

function valid(result: StandardSchemaV1.Result<unknown>): unknown {
  if (result.issues !== undefined) throw new ResponseValidationError(result.issues);
  return result.value;
}

function encodeJson(value: unknown, shape: ResponseShape, draft: ResponseDraft): PlainReply {
  const status = draft.status ?? shape.status;
  const body = hasNoBody(status) ? null : toJson(value, "handler to return");
  return new PlainReply(status, body, draft.hasHeaders ? sendableHeaders(draft.headers) : undefined);
}

/** Bytes as they are: as JSON they would be an object of numbers. */
export function bytesResponse(bytes: Uint8Array<ArrayBuffer>, shape: ResponseShape, draft: ResponseDraft): Response {
  const headers = new Headers(draft.hasHeaders ? draft.headers : undefined);
  if (!headers.has("content-type")) headers.set("content-type", "application/octet-stream");
  return new Response(bytes, { status: draft.status ?? shape.status, headers });
}

/** Is it streamed? */
export function isStreamed(value: unknown): value is AsyncIterable<unknown> | EventStream {
  return value instanceof EventStream || (typeof value === "object" && value !== null && Symbol.asyncIterator in value);
}

/** What a streamed response is made of beside its chunks. */
export interface StreamParts {
  readonly status: number;
  readonly draft: ResponseDraft;
  readonly observer: StreamObserver;
  /** For HEAD there is nobody to read. */
  readonly headOnly: boolean;
}

/** The response to a value that is streamed. Its first chunk tells the type, unless that is known. */
export async function streamResponse(
  value: AsyncIterable<unknown> | EventStream,
  parts: StreamParts,
): Promise<Response> {
  const headers = new Headers(parts.draft.hasHeaders ? parts.draft.headers : undefined);
  const { status } = parts;
  if (value instanceof EventStream) {
    headers.set("content-type", "text/event-stream");
    headers.set("cache-control", "no-cache");
    const iterator = iteratorOf(value.events);
    const events = value.keepAliveMs === undefined ? iterator : withKeepAlive(iterator, value.keepAliveMs);
    return respond(events, (event) => encodeEvent(event as ServerSentEvent), { ...parts, status, headers });
  }
  let iterator = iteratorOf(value);
  if (!headers.has("content-type") && !parts.headOnly) {
    const first = await iterator.next();
    headers.set("content-type", typeOfChunk(first.value));
    iterator = withFirst(first, iterator);
  }
  return respond(iterator, encodeChunk, { ...parts, status, headers });
}

function iteratorOf(value: AsyncIterable<unknown>): AsyncIterator<unknown> {
  const iterator = value[Symbol.asyncIterator]() as Partial<AsyncIterator<unknown>> | undefined;
  if (typeof iterator?.next === "function") return iterator as AsyncIterator<unknown>;
  throw new TypeError(`a stream: expected an async iterator, got ${describe(iterator)}`);
}

async function respond(
  iterator: AsyncIterator<unknown>,
  encode: (chunk: unknown) => string | Uint8Array,
  parts: StreamParts & { readonly headers: Headers },
): Promise<Response> {
  const { status, headers } = parts;
  if (!parts.headOnly) return new Response(bodyStream(iterator, encode, parts.observer), { status, headers });
  await endEarly(iterator);
  await parts.observer.beforeEnd();
  parts.observer.onOver();
  return new Response(null, { status, headers });
}

function typeOfChunk(chunk: unknown): string {
  if (typeof chunk === "string") return "text/plain; charset=utf-8";
  return chunk instanceof Uint8Array ? "application/octet-stream" : "application/x-ndjson";
}

/** Text and bytes are sent as they are, anything else as a line of JSON. */
function encodeChunk(chunk: unknown): string | Uint8Array {
  return typeof chunk === "string" || chunk instanceof Uint8Array ? chunk : `${toJson(chunk, "chunk to be")}\n`;
}
