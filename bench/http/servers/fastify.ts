import { afterwork } from "afterwork/fastify";
import type { FastifyRequest } from "fastify";
import { fastify } from "fastify";
import { announce, byAdapter, portOf } from "./control.ts";
import type { Item } from "./item.ts";
import { carefully, record, reply } from "./item.ts";

// Fastify's documented best: JSON Schema, compiled by Ajv for the input and by fast-json-stringify for the output.
const schema = {
  params: { type: "object", properties: { id: { type: "integer" } }, required: ["id"] },
  body: {
    type: "object",
    properties: {
      name: { type: "string", minLength: 1, maxLength: 100 },
      description: { type: "string", maxLength: 500 },
      price: { type: "number", exclusiveMinimum: 0 },
      quantity: { type: "integer", minimum: 1 },
      tags: { type: "array", items: { type: "string" } },
    },
    required: ["name", "price", "quantity", "tags"],
  },
  response: {
    200: {
      type: "object",
      properties: { id: { type: "integer" }, name: { type: "string" }, total: { type: "number" } },
    },
  },
};

interface Route {
  readonly Params: { readonly id: number };
  readonly Body: Item;
}

declare module "fastify" {
  interface FastifyRequest {
    afterResponse: (() => void) | undefined;
  }
}

const app = fastify({ logger: false });

if (byAdapter) {
  await app.register(afterwork().plugin);
} else {
  app.decorateRequest("afterResponse", undefined);
  app.addHook("onResponse", ({ afterResponse }, _reply, done) => {
    if (afterResponse !== undefined) void carefully(afterResponse);
    done();
  });
}

app.route<Route>({
  method: "POST",
  url: "/items/:id",
  schema,
  handler: async (request) => {
    addTask(request, request.params.id, request.body.name);
    return reply(request.params.id, request.body);
  },
});

function addTask(request: FastifyRequest<Route>, id: number, name: string): void {
  if (byAdapter) request.background.addTask(record, id, name);
  else request.afterResponse = () => record(id, name);
}

app.route<Route>({
  method: "POST",
  url: "/items-plain/:id",
  schema,
  handler: async (request) => reply(request.params.id, request.body),
});

await app.listen({ port: 0, host: "127.0.0.1" });
announce(portOf(app.server), app.version);
