import type { FastifyReply } from "fastify";

import { PlainReply, type Reply } from "../../app/response/plain-reply.ts";
import { answeredNatively } from "../injection.ts";

/**
 * What a handler of Fastify returns for the reply of an injected one, so that hooks, compression and logs see it. Status and
 * headers are set on the way. A native answer is `reply` itself, which Fastify waits for.
 */
export function payloadOf(answer: Reply, reply: FastifyReply): unknown {
  if (answer === answeredNatively) return reply;
  const { status, headers, body } = answer;
  reply.code(status);
  if (headers !== undefined) for (const [name, value] of headers) reply.header(name, value);
  if (body === null) return undefined;
  if (answer instanceof PlainReply && !reply.hasHeader("content-type")) reply.type("application/json; charset=utf-8");
  return body;
}
