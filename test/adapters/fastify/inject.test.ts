import cookies from "@fastify/cookie";
import formbody from "@fastify/formbody";
import {
  body,
  cookie,
  depends,
  file,
  form,
  HTTPException,
  int,
  path,
  query,
  type BackgroundTasks,
  type UploadFile,
} from "afterwork";
import { afterwork } from "afterwork/fastify";
import fastify from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";

import { listen, makeApp } from "./served.ts";

const Item = z.object({ name: z.string() });

describe("an injected handler of Fastify", () => {
  it("is given parameters, the parsed body and the objects of Fastify", async () => {
    const { app, work } = await makeApp();
    app.post(
      "/items/:id",
      work.inject({ id: path(int), item: body(Item), page: query(int) }, ({ id, item, page, native }) => {
        return { id, item, page, route: native.request.routeOptions.url, sent: native.reply.sent };
      }),
    );
    const response = await app.inject({ method: "POST", url: "/items/7?page=2", payload: { name: "chair" } });
    expect(response.json()).toEqual({ id: 7, item: { name: "chair" }, page: 2, route: "/items/:id", sent: false });
  });

  it("answers through the hooks of its route", async () => {
    const { app, work } = await makeApp();
    const seen: unknown[] = [];
    app.addHook("onSend", async (_request, reply, payload) => {
      seen.push(payload, reply.getHeader("x-own"), reply.statusCode);
      return String(payload).toUpperCase();
    });
    const handler = work.inject({}, { status: 201 }, ({ response }) => {
      response.headers.set("x-own", "yes");
      return { ok: "yes" };
    });
    app.get("/", handler);
    const response = await app.inject("/");
    expect(seen).toEqual(['{"ok":"yes"}', "yes", 201]);
    expect([response.statusCode, response.body]).toEqual([201, '{"OK":"YES"}']);
    expect(response.headers["content-type"]).toBe("application/json; charset=utf-8");
  });

  it("keeps the cookies of @fastify/cookie beside its own, and reads what clients send", async () => {
    const { app, work } = await makeApp();
    await app.register(cookies);
    const handler = work.inject({ theme: cookie() }, ({ theme, native, response }) => {
      native.reply.setCookie("a", "1");
      response.cookie("b", "2");
      return { theme, parsed: native.request.cookies["theme"] };
    });
    app.get("/", handler);
    const response = await app.inject({ url: "/", cookies: { theme: "dark" } });
    expect(response.json()).toEqual({ theme: "dark", parsed: "dark" });
    expect(response.headers["set-cookie"]).toEqual(["b=2; Path=/", "a=1; SameSite=Lax"]);
  });

  it("leaves errors that nobody foresees to the error handler, and answers those that are foreseen", async () => {
    const { app, work } = await makeApp();
    app.setErrorHandler(async (error: Error, _request, reply) => reply.code(500).send({ handled: error.message }));
    app.get(
      "/foreseen",
      work.inject({ id: query(int) }, () => {
        throw new HTTPException(409, "taken");
      }),
    );
    app.get(
      "/other",
      work.inject(() => {
        throw new Error("no luck");
      }),
    );
    expect((await app.inject("/foreseen?id=1")).json()).toEqual({ detail: "taken" });
    expect((await app.inject("/foreseen?id=x")).statusCode).toBe(422);
    expect((await app.inject("/other")).json()).toEqual({ handled: "no luck" });
  });

  it("keeps the tasks that clean-up code adds to a failed request", async () => {
    const { app, work } = await makeApp();
    const events: string[] = [];
    const session = depends(async function* session({ background }: { background: BackgroundTasks }) {
      try {
        yield {};
      } catch (error) {
        background.addTask(() => events.push("of the clean-up"));
        throw error;
      }
    });
    const handler = work.inject({ session, by: query() }, ({ by, background }) => {
      background.addTask(() => events.push("of success"));
      throw by === "http" ? new HTTPException(409, "taken") : new Error("no luck");
    });
    app.get("/", handler);
    for (const by of ["http", "other"]) await app.inject(`/?by=${by}`);
    await work.idle();
    expect(events).toEqual(["of the clean-up", "of the clean-up"]);
  });

  describe("answers natively", () => {
    const events: string[] = [];
    const session = depends(async function* session() {
      yield { open: true };
      await new Promise((resolve) => setTimeout(resolve, 10));
      events.push("closed");
    });

    const ways = {
      "by returning the reply": (reply: Reply) => reply.code(202).send({ native: true }),
      "by sending, and returning nothing": (reply: Reply) => void reply.code(202).send({ native: true }),
      "by waiting for the end of the reply": async (reply: Reply) => {
        await reply.code(202).send({ native: true });
      },
      "by a promise of the reply": async (reply: Reply) => reply.code(202).send({ native: true }),
      "by sending later": async (reply: Reply) => {
        await new Promise((resolve) => setImmediate(resolve));
        reply.code(202).send({ native: true });
        return reply;
      },
      "by returning the reply before it is sent": (reply: Reply) => {
        setImmediate(() => void reply.code(202).send({ native: true }));
        return reply;
      },
      "by hijacking": (reply: Reply) => {
        reply.hijack();
        reply.raw.writeHead(202, { "content-type": "application/json" }).end('{"native":true}');
      },
    };
    for (const [way, answer] of Object.entries(ways)) {
      for (const hooks of ["no hooks", "a hook that takes time"]) {
        it(`${way}, with ${hooks}, after what it used was closed`, async () => {
          const { app, work } = await makeApp();
          events.length = 0;
          if (hooks !== "no hooks") app.addHook("onSend", () => new Promise((resolve) => setTimeout(resolve, 5)));
          app.get(
            "/",
            work.inject({ session }, ({ native, background }) => {
              background.addTask(() => events.push("task"));
              return answer(native.reply);
            }),
          );
          const response = await fetch(await listen(app));
          expect([response.status, await response.json()]).toEqual([202, { native: true }]);
          await work.idle();
          expect(events).toEqual(["closed", "task"]);
        });
      }
    }
  });
});

type Reply = import("fastify").FastifyReply;

describe("a body that an injected handler reads", () => {
  const upload = ({ name, paper }: { name: string; paper: UploadFile }): unknown => ({
    name,
    filename: paper.filename,
  });

  it("may be a form with files, of which Fastify knows nothing", async () => {
    const { app, work } = await makeApp();
    app.post("/", work.inject({ name: form(), paper: file() }, upload));
    const sent = new FormData();
    sent.set("name", "a");
    sent.set("paper", new File(["text"], "paper.txt"));
    const response = await fetch(await listen(app), { method: "POST", body: sent });
    expect(await response.json()).toEqual({ name: "a", filename: "paper.txt" });
  });

  it("is left to the parser that the user has for forms, registered before or after", async () => {
    for (const order of ["before", "after"]) {
      const { app, work } = await makeApp();
      if (order === "before") await app.register(formbody);
      app.post(
        "/",
        work.inject({ name: form() }, ({ name, native }) => ({ name, parsed: native.request.body })),
      );
      if (order === "after") await app.register(formbody);
      const response = await app.inject({ method: "POST", url: "/", ...encoded });
      expect(response.json()).toEqual({ name: "a", parsed: { name: "a" } });
    }
  });

  it("is left to the parser that the user has for everything", async () => {
    const { app, work } = await makeApp();
    app.addContentTypeParser("*", { parseAs: "string" }, (_request, text, done) => done(null, { name: text }));
    app.post(
      "/",
      work.inject({ name: form() }, ({ name }) => name),
    );
    app.post("/other", async ({ body }) => body);
    expect((await app.inject({ method: "POST", url: "/", ...encoded })).json()).toBe("name=a");
    expect((await app.inject({ method: "POST", url: "/other", ...encoded })).json()).toEqual({ name: "name=a" });
  });

  it("leaves forms refused where no handler is injected", async () => {
    const { app, work } = await makeApp();
    app.post(
      "/form",
      work.inject({ name: form() }, ({ name }) => name),
    );
    app.post("/other", async () => "ok");
    const bare = fastify();
    onTestFinished(() => bare.close());
    bare.post("/other", async () => "ok");
    const [ours, theirs] = await Promise.all(
      [app, bare].map((one) => one.inject({ method: "POST", url: "/other", ...encoded })),
    );
    expect(ours?.json()).toEqual(theirs?.json());
    expect(ours?.statusCode).toBe(415);
    expect((await app.inject({ method: "POST", url: "/form", ...encoded })).json()).toBe("a");
    expect((await app.inject({ method: "POST", url: "/nowhere", ...encoded })).statusCode).toBe(404);
  });

  it("is refused by Fastify when it is too large for it, or no JSON", async () => {
    const app = fastify({ bodyLimit: 20 });
    onTestFinished(() => app.close());
    const work = afterwork();
    await app.register(work.plugin);
    app.post(
      "/",
      work.inject({ item: body(Item) }, ({ item }) => item),
    );
    const send = async (payload: string, type = "application/json"): Promise<number> => {
      return (await app.inject({ method: "POST", url: "/", payload, headers: { "content-type": type } })).statusCode;
    };
    expect(await send('{"name":"a"}')).toBe(200);
    expect(await send('{"name":"a name that is too long"}')).toBe(413);
    expect(await send('{"name":')).toBe(400);
    expect(await send("<a/>", "text/xml")).toBe(415);
  });
});

const encoded = { payload: "name=a", headers: { "content-type": "application/x-www-form-urlencoded" } };
