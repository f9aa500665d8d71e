import { messageOf } from "../../base/errors.ts";
import { chunksWithin } from "../uploads/form-chunks.ts";
import { FormError } from "../uploads/form-error.ts";
import { HTTPException } from "../http-exception.ts";
import type { RequestSource } from "../request/request-source.ts";
import { NotUtf8Error, Utf8Decoder } from "../request/utf8.ts";
import { RequestValidationError, type Fault } from "./fault.ts";
import { isDeeperThan } from "./json-depth.ts";

/** What a body turned out to be. */
export type JsonBody =
  | { readonly kind: "json"; readonly value: unknown }
  | { readonly kind: "none" }
  | { readonly kind: "fault"; readonly fault: Fault };

/** Far beyond real documents. Whoever follows a value level by level, as schemas and encoders do, has that much stack. */
const mostLevels = 500;

const jsonType = /^application\/(?:[\w.+-]+\+)?json$/i;

/**
 * Refuses a body of another media type, before it is read. Returns the type; `undefined` when none was sent.
 *
 * @throws {HTTPException} 415.
 */
export function checkJsonType(source: RequestSource): string | undefined {
  const type = mediaType(source);
  if (type !== undefined && type !== "application/json" && !jsonType.test(type)) throw wrongType(type);
  return type;
}

/** The text of a body as JSON. @throws {HTTPException} 415 when there is a body, but no word on its type. */
export function toJsonBody(text: string, type: string | undefined): JsonBody {
  if (text.trim() === "") return { kind: "none" };
  if (type === undefined) throw wrongType("none");
  return parseJson(text);
}

/** The media type without its parameters. */
export function mediaType(source: RequestSource): string | undefined {
  const header = source.header("content-type");
  if (header === undefined) return undefined;
  const end = header.indexOf(";");
  return (end === -1 ? header : header.slice(0, end)).trim();
}

function wrongType(type: string): HTTPException {
  return new HTTPException(415, `expected the content type application/json, got ${type}`);
}

/** A body that breaks off is the client's doing, and mostly there is nobody left to read the answer. */
export function refuseUnread(error: unknown): never {
  if (error instanceof NotUtf8Error) throw new RequestValidationError([invalidJson(error.message)]);
  throw error instanceof HTTPException ? error : unfinishedBody(error);
}

/** The answer to a body that breaks off. */
export function unfinishedBody(cause: unknown): HTTPException {
  return new HTTPException(400, "the body could not be read to its end", {}, { cause });
}

/**
 * The body as text; one that can't be read is refused by `refuseUnread`. With a content length the server itself reads no more than that, so only bodies of unknown length are counted.
 *
 * @see RFC 9112, section 6.3
 */
export function readBodyText(source: RequestSource, limit: number): Promise<string> {
  const length = source.header("content-length");
  if (length !== undefined) return Number(length) > limit ? Promise.reject(tooLarge(limit)) : source.text();
  const { request } = source;
  if (request.bodyUsed) return source.text().then((text) => withinLimit(text, limit));
  return readCounted(request.body, limit);
}

function withinLimit(text: string, limit: number): string {
  if (new TextEncoder().encode(text).byteLength > limit) throw tooLarge(limit);
  return text;
}

async function readCounted(body: ReadableStream<Uint8Array> | null, limit: number): Promise<string> {
  const decoder = new Utf8Decoder();
  let text = "";
  try {
    for await (const chunk of chunksWithin(body, limit)) text += decoder.decode(chunk, { stream: true });
  } catch (error) {
    throw error instanceof FormError ? tooLarge(limit) : error;
  }
  return text + decoder.decode();
}

/** The answer to a body over its limit. */
function tooLarge(limit: number): HTTPException {
  return new HTTPException(413, `expected a body of at most ${limit} bytes`);
}

function invalidJson(why: string): Fault {
  return { type: "json_invalid", loc: ["body"], msg: `JSON decode error: ${why}`, input: null };
}

function parseJson(text: string): JsonBody {
  if (isDeeperThan(mostLevels, text)) {
    const msg = `expected JSON of at most ${mostLevels} levels`;
    return { kind: "fault", fault: { type: "json_too_deep", loc: ["body"], msg, input: null } };
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { kind: "fault", fault: invalidJson(messageOf(error)) };
  }
  const path = mayHidePrototype(text) ? pathOfPrototype(value, []) : undefined;
  if (path === undefined) return { kind: "json", value };
  const msg = `the key ${JSON.stringify(path.at(-1))} is refused, because copying it would change an object's prototype`;
  return { kind: "fault", fault: { type: "forbidden_key", loc: ["body", ...path], msg, input: null } };
}

/** A cheap test that most bodies fail: the keys, plain or with an escaped letter. */
function mayHidePrototype(text: string): boolean {
  return text.includes("__proto__") || text.includes('"prototype"') || text.includes("\\u00");
}

/** `__proto__`, and `constructor` with a `prototype` inside, which naive merging code follows. */
function pathOfPrototype(value: unknown, path: readonly (string | number)[]): readonly (string | number)[] | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const here = [...path, Array.isArray(value) ? Number(key) : key];
    if (key === "__proto__" || (key === "constructor" && hasPrototype(inner))) return here;
    const found = pathOfPrototype(inner, here);
    if (found !== undefined) return found;
  }
  return undefined;
}

function hasPrototype(value: unknown): boolean {
  return typeof value === "object" && value !== null && Object.hasOwn(value, "prototype");
}
