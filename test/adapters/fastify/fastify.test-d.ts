import { body, depends, int, path, query, type BackgroundTasks } from "afterwork";
import { afterwork } from "afterwork/fastify";
import fastify, { type FastifyPluginAsync, type FastifyReply, type FastifyRequest } from "fastify";
import { describe, expectTypeOf, it } from "vitest";
import { z } from "zod";

const app = fastify();
const work = afterwork();
const Item = z.object({ name: z.string(), price: z.number() });

describe("the types of the adapter for Fastify", () => {
  it("give every request a background", () => {
    app.get("/", async (request) => {
      expectTypeOf(request.background).toEqualTypeOf<BackgroundTasks>();
      // @ts-expect-error It is not to be replaced.
      request.background = {} as BackgroundTasks;
    });
  });

  it("check the arguments of tasks", () => {
    const send = (_to: string, _copies: number): void => {};
    app.get("/", async ({ background }) => {
      background.addTask(send, "a@b.c", 2);
      // @ts-expect-error An argument is missing.
      background.addTask(send, "a@b.c");
    });
  });

  it("let the plugin be registered with any server, type provider and logger", () => {
    void app.register(work.plugin);
    void fastify({ http2: true }).register(work.plugin);
    void fastify({ https: {} }).register(work.plugin);
    void fastify({ loggerInstance: console as never }).register(work.plugin);
    const routes: FastifyPluginAsync = async (child) => {
      await child.register(work.plugin);
    };
    void app.register(routes);
  });

  it("infer what an injected handler receives", () => {
    const user = depends({ token: query() }, ({ token }) => ({ token }));
    work.inject({ id: path(int), item: body(Item), user }, ({ id, item, user, background, native, signal }) => {
      expectTypeOf(id).toEqualTypeOf<number>();
      expectTypeOf(item).toEqualTypeOf<{ name: string; price: number }>();
      expectTypeOf(user).toEqualTypeOf<{ token: string }>();
      expectTypeOf(background).toEqualTypeOf<BackgroundTasks>();
      expectTypeOf(native).toEqualTypeOf<{ readonly request: FastifyRequest; readonly reply: FastifyReply }>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
    });
  });

  it("refuse a name of the context as that of an input", () => {
    // @ts-expect-error `background` is there already.
    work.inject({ background: query() }, () => "ok");
  });

  it("hold a handler to its response schema, unless it answers natively", () => {
    work.inject({}, { response: Item }, () => ({ name: "chair", price: 1 }));
    work.inject({}, { response: Item }, ({ native }) => native.reply.send({ name: "chair", price: 1 }));
    // @ts-expect-error The price is missing.
    work.inject({}, { response: Item }, () => ({ name: "chair" }));
  });

  it("let an injected handler stand at any route", () => {
    const handler = work.inject({ id: path(int) }, ({ id }) => ({ id }));
    app.get("/:id", handler);
    app.get<{ Params: { id: string }; Reply: { id: number } }>("/typed/:id", handler);
    app.route({ method: "GET", url: "/options/:id", schema: { params: { type: "object" } }, handler });
    fastify({ http2: true }).get("/:id", handler);
  });
});
