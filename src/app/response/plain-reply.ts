/** A JSON response that is not a standard one yet: a server that can write it by itself saves the cost of making one. */
export class PlainReply {
  readonly status: number;
  /** JSON; `null` for a status that has no body. */
  readonly body: string | null;
  /** Headers that somebody has set. Without a type among them it is `application/json`. */
  readonly headers: Headers | undefined;

  constructor(status: number, body: string | null, headers: Headers | undefined) {
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

/** What a route answers with. */
export type Reply = Response | PlainReply;

const jsonHeaders: Readonly<Record<string, string>> = { "content-type": "application/json" };

/** The standard response to a reply. */
export function toResponse(reply: Reply): Response {
  if (!(reply instanceof PlainReply)) return reply;
  const { status, body, headers } = reply;
  if (headers === undefined) return new Response(body, body === null ? { status } : { status, headers: jsonHeaders });
  if (body !== null && !headers.has("content-type")) headers.set("content-type", "application/json");
  return new Response(body, { status, headers });
}
