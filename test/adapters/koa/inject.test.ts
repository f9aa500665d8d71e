import { once } from "node:events";
import { connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

import { Router } from "@koa/router";
import { body, file, form, HTTPException, int, path } from "afterwork";
import { afterwork } from "afterwork/koa";
import Koa from "koa";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import { Notes } from "../notes.ts";
import { sessionOf } from "../session.ts";
import { listen } from "./listen.ts";

const person = z.object({ name: z.string() });

test("middleware is not needed, and parameters are those of the router", async () => {
  const work = afterwork();
  const notes = new Notes();
  const inner = new Router();
  inner.get(
    "/posts/:post",
    work.inject({ user: path(int), post: path(int) }, ({ user, post, background }) => {
      background.addTask(() => notes.add("task"));
      return { user, post };
    }),
  );
  const router = new Router();
  router.use("/users/:user", inner.routes());
  const app = new Koa();
  app.use(router.routes());
  const url = await listen(app);
  expect(await (await fetch(`${url}/users/1/posts/2`)).json()).toEqual({ user: 1, post: 2 });
  await notes.until("task");
});

test("middleware further out sees the reply as any other", async () => {
  const work = afterwork();
  const app = new Koa();
  const seen: unknown[] = [];
  app.use(async (ctx, next) => {
    ctx.append("set-cookie", "outer=1");
    await next();
    seen.push([ctx.status, ctx.type, ctx.body]);
  });
  app.use(
    work.inject(({ response }) => {
      response.status = 201;
      response.cookie("inner", "2");
      return { made: true };
    }),
  );
  const response = await fetch(await listen(app));
  expect([response.status, await response.json()]).toEqual([201, { made: true }]);
  expect(response.headers.getSetCookie()).toEqual(["outer=1", "inner=2; Path=/"]);
  expect(seen).toEqual([[201, "application/json", '{"made":true}']]);
});

test.for([
  ["a response with a body", () => new Response("text", { status: 202, headers: { "x-own": "1" } }), 202, "text"],
  ["a response without one", () => new Response(null, { status: 200 }), 200, ""],
  ["a response that can have none", () => new Response(null, { status: 204 }), 204, ""],
  [
    "a stream",
    async function* () {
      yield "one ";
      yield "two";
    },
    200,
    "one two",
  ],
] as const)("%s is sent as Koa sends its own", async ([, handler, status, text]) => {
  const work = afterwork();
  const app = new Koa();
  app.use(work.middleware).use(work.inject(handler));
  const response = await fetch(await listen(app));
  expect([response.status, await response.text()]).toEqual([status, text]);
  expect((await fetch(await listen(app), { method: "HEAD" })).status).toBe(status);
});

const answers: readonly (readonly [what: string, answer: Partial<Koa.Context>, status: number])[] = [
  ["a body", { body: "by the context" }, 200],
  ["a status", { status: 404 }, 404],
  ["no content", { body: null }, 204],
];

test.for(answers)("a handler may answer by the context: %s", async ([, answer, status]) => {
  const work = afterwork();
  const app = new Koa();
  app.use(
    work.inject(({ native: { ctx } }) => {
      Object.assign(ctx, answer);
    }),
  );
  app.use(() => expect.unreachable());
  expect((await fetch(await listen(app))).status).toBe(status);
});

test("dependencies stay open around what comes next, and see its errors", async () => {
  const work = afterwork();
  const notes = new Notes();
  const app = new Koa();
  app.silent = true;
  app.use(work.inject({ session: sessionOf(notes) }, ({ native }) => native.next()));
  app.use((ctx) => {
    notes.add("next");
    if (ctx.path === "/failing") throw new Error("next fails");
    ctx.body = "by the next one";
  });
  const url = await listen(app);
  expect(await (await fetch(url)).text()).toBe("by the next one");
  expect((await fetch(`${url}/failing`)).status).toBe(500);
  expect(notes.lines).toEqual(["next", "commit", "next", "rollback: next fails"]);
});

test("known errors are answered here, others by Koa", async () => {
  const work = afterwork();
  const app = new Koa();
  app.silent = true;
  app.use(work.middleware);
  app.use(
    work.inject(({ native }) => {
      throw native.ctx.path === "/known" ? new HTTPException(409, "taken") : new Error("unknown");
    }),
  );
  const url = await listen(app);
  const known = await fetch(`${url}/known`);
  expect([known.status, await known.json()]).toEqual([409, { detail: "taken" }]);
  const unknown = await fetch(url);
  expect([unknown.status, await unknown.text()]).toEqual([500, "Internal Server Error"]);
});

test("a body that a parser has left is taken as it is, else it is read here", async () => {
  const work = afterwork();
  const app = new Koa();
  app.use(async (ctx, next) => {
    // Parsers of older versions leave the empty object where they read nothing.
    const parsed = ctx.get("x-parsed") === "" ? {} : { name: "Bob" };
    Object.assign(ctx.request, { body: parsed });
    await next();
  });
  app.use(work.inject({ person: body(person) }, ({ person }) => person));
  const url = await listen(app);
  const init = { method: "POST", body: '{"name":"Ann"}', headers: { "content-type": "application/json" } };
  expect(await (await fetch(url, init)).json()).toEqual({ name: "Ann" });
  const parsed = await fetch(url, { ...init, headers: { ...init.headers, "x-parsed": "1" } });
  expect(await parsed.json()).toEqual({ name: "Bob" });
});

test("inputs that can't be injected are refused when the handler is made", () => {
  const { inject } = afterwork();
  expect(() => inject({ a: body(), b: file() } as never, () => {})).toThrow(/body/);
  expect(() => (inject as (...args: unknown[]) => unknown)({})).toThrow(/handler/);
});

test("forms over HTTP/2 are read, and tasks run", async () => {
  const work = afterwork();
  const notes = new Notes();
  const app = new Koa();
  app.use(
    work.inject({ name: form() }, ({ name, request, background }) => {
      background.addTask(() => notes.add("task"));
      return { name, method: request.method };
    }),
  );
  const listener = app.callback();
  const server = createServer((incoming, outgoing) => void listener(incoming, outgoing)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const session = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    session.destroy();
    server.close();
  });
  const headers = { ":path": "/", ":method": "POST", "content-type": "application/x-www-form-urlencoded" };
  const stream = session.request(headers).end("name=Ann");
  expect(JSON.parse(await text(stream))).toEqual({ name: "Ann", method: "POST" });
  await notes.until("task");
});
