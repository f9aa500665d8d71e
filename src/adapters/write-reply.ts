import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

import { PlainReply, type Reply } from "../app/response/plain-reply.ts";
import { answeredNatively } from "./injection.ts";

/**
 * Writes what an injected handler was answered with to a Node response, beside the headers that the framework has set.
 * Resolves when it has been handed over whole, or the client has gone.
 */
export async function writeReply(reply: Reply, response: ServerResponse, method: string | undefined): Promise<void> {
  if (reply === answeredNatively) return;
  const { status, headers } = reply;
  response.statusCode = status;
  if (headers !== undefined) setHeaders(headers, response);
  if (reply instanceof PlainReply) return writePlain(reply, response);
  if (reply.body === null || method === "HEAD") {
    // A body that fails to be cancelled concerns nobody: it is not sent.
    await reply.body?.cancel().catch(() => {});
    return void response.end();
  }
  const body = Readable.fromWeb(reply.body as never);
  // Whoever is streamed to has gone, or the source broke and has been reported: the body is cut off either way. Where the
  // client had gone before, nobody but us ends the source.
  await pipeline(body, response).catch(() => void body.destroy());
}

function writePlain({ body }: PlainReply, response: ServerResponse): void {
  if (body === null) return void response.end();
  if (!response.hasHeader("content-type")) response.setHeader("content-type", "application/json");
  response.setHeader("content-length", Buffer.byteLength(body));
  response.end(body);
}

/** Sets headers beside those that the framework has set; cookies stay beside its cookies. */
export function setHeaders(headers: Headers, response: ServerResponse): void {
  for (const [name, value] of headers) {
    if (name === "set-cookie") response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
}
