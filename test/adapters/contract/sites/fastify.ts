import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";

import compress from "@fastify/compress";
import formbody from "@fastify/formbody";
import { afterwork, type FastifyNative } from "afterwork/fastify";
import fastify, { type FastifyReply } from "fastify";

import type { Answer } from "../answer.ts";
import { engine } from "../engine.ts";
import { injectedRoutes } from "../injected.ts";
import { play, type Site } from "../site.ts";

export async function start(): Promise<Site> {
  const app = fastify();
  const work = afterwork({ engine });
  await app.register(work.plugin);
  await app.register(compress);

  app.route({
    method: ["GET", "POST"],
    url: "/plays/:name",
    handler: async (request, reply) => send(await play(request.url, request.background), reply),
  });
  for (const { method, path, inputs, handler } of injectedRoutes(answerNatively)) {
    if (path.startsWith("/injected")) app.route({ method, url: path, handler: work.inject(inputs, handler) });
  }
  await app.register(async (parsing) => {
    await parsing.register(formbody);
    for (const { method, path, inputs, handler } of injectedRoutes(answerNatively)) {
      if (path.startsWith("/parsed")) parsing.route({ method, url: path, handler: work.inject(inputs, handler) });
    }
  });

  await app.listen({ port: 0, host: "127.0.0.1" });
  return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
}

function send(answer: Answer, reply: FastifyReply): FastifyReply {
  reply.code(answer.status).headers(answer.headers);
  if (answer.kind === "json") return reply.send(answer.body);
  if (answer.kind === "empty") return reply.send();
  return reply.type("text/plain").send(Readable.from(answer.chunks));
}

function answerNatively({ reply }: FastifyNative): FastifyReply {
  return reply.send({ native: true });
}
