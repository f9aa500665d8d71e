import { Readable } from "node:stream";

import { InvalidOptionError, OverloadedError } from "afterwork";
import { afterwork } from "afterwork/koa";
import Koa from "koa";
import compress from "koa-compress";
import { expect, test } from "vitest";

import { recordLog } from "../../behaviour/support/listen.ts";
import { Notes } from "../notes.ts";
import { storedTask, SwitchedEngine } from "../switched-engine.ts";
import { listen } from "./listen.ts";

/** An app that says nothing of errors; they are in the list. */
function quietApp(): { readonly app: Koa; readonly errors: unknown[] } {
  const app = new Koa();
  const errors: unknown[] = [];
  app.on("error", (error) => errors.push(error));
  return { app, errors };
}

test("a handler adds tasks, which run when its response has been sent", async () => {
  const work = afterwork();
  const notes = new Notes();
  const { app } = quietApp();
  app.use(work.middleware);
  app.use((ctx) => {
    ctx.background.addTask(() => notes.add(`task after ${ctx.background.outcome?.status}`));
    ctx.status = 201;
    ctx.body = { done: true };
  });
  expect(await (await fetch(await listen(app))).json()).toEqual({ done: true });
  await notes.until("task after 201");
});

test("an error that is thrown fails the request and is Koa's to answer", async () => {
  const work = afterwork();
  const notes = new Notes();
  const { app, errors } = quietApp();
  app.use(work.middleware);
  app.use((ctx) => {
    ctx.background.addTask(() => notes.add("success"));
    ctx.background.onFailure.addTask(() => notes.add("failure"));
    throw new OverloadedError("too much", 3);
  });
  const response = await fetch(await listen(app));
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "3"]);
  expect(await notes.until("failure")).toEqual(["failure"]);
  expect(errors).toEqual([expect.any(OverloadedError)]);
});

test("an error that is answered below ours fails the request by its status only", async () => {
  const work = afterwork();
  const notes = new Notes();
  const { app } = quietApp();
  app.use(work.middleware);
  app.use(async (ctx, next) => {
    try {
      await next();
    } catch {
      ctx.status = Number(ctx.query["status"]);
    }
  });
  app.use((ctx) => {
    const { background, query } = ctx;
    background.addTask(() => notes.add(`${String(query["status"])}: success`));
    background.onFailure.addTask(() => notes.add(`${String(query["status"])}: failure`));
    throw new Error("a handler that fails");
  });
  const url = await listen(app);
  await fetch(`${url}/?status=500`);
  await fetch(`${url}/?status=404`);
  await notes.until("500: failure");
  await notes.until("404: success");
  expect(notes.lines).toHaveLength(2);
});

test("middleware further out sees that the store is down", async () => {
  const engine = new SwitchedEngine();
  engine.isDown = true;
  const { log, lines } = recordLog();
  const work = afterwork({ engine, log });
  const { app } = quietApp();
  const seen: unknown[] = [];
  app.use(async (ctx, next) => {
    await next();
    seen.push(ctx.status);
    ctx.set("x-outer", "one");
  });
  app.use(work.middleware);
  app.use((ctx) => {
    ctx.background.addTask(storedTask);
    ctx.set("x-user", "one");
    ctx.cookies.set("session", "1");
    ctx.body = Readable.from(["secret"]);
  });
  const response = await fetch(await listen(app));
  expect([response.status, await response.json()]).toEqual([503, { detail: "Service Unavailable" }]);
  expect(seen).toEqual([503]);
  const { headers } = response;
  expect(["retry-after", "x-outer", "x-user", "set-cookie"].map((name) => headers.get(name))).toEqual([
    "1",
    "one",
    null,
    null,
  ]);
  expect(lines).toMatchObject([{ level: "error", message: "GET / was refused when it was about to be answered" }]);
});

test("whoever answers without Koa is held as well", async () => {
  const engine = new SwitchedEngine();
  const work = afterwork({ engine, log: recordLog().log });
  const { app } = quietApp();
  app.use(work.middleware);
  app.use((ctx) => {
    ctx.respond = false;
    ctx.background.addTask(storedTask);
    setImmediate(() => ctx.res.end(`${engine.stored} stored at the call`));
  });
  const url = await listen(app);
  expect(await (await fetch(url)).text()).toBe("0 stored at the call");
  expect(engine.stored).toBe(1);
});

test("a body that breaks fails the request and is cut off, behind compression too", async () => {
  const work = afterwork();
  const notes = new Notes();
  const { app } = quietApp();
  app.use(compress({ threshold: 1 }));
  app.use(work.middleware);
  app.use((ctx) => {
    ctx.background.always.addTask(() => notes.add(String(ctx.background.outcome?.error)));
    ctx.type = "text/plain";
    ctx.body = Readable.from(
      (async function* chunks() {
        yield "x".repeat(100_000);
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error("a stream that fails");
      })(),
    );
  });
  const url = await listen(app);
  for (const encoding of ["gzip", "identity"]) {
    const read = fetch(url, { headers: { "accept-encoding": encoding } }).then((response) => response.text());
    await expect(read).rejects.toThrow();
    await notes.until("Error: a stream that fails");
    expect(notes.lines.splice(0)).toHaveLength(1);
  }
});

test("a client that leaves a stream is no failure", async () => {
  const work = afterwork();
  const notes = new Notes();
  const { app } = quietApp();
  app.use(work.middleware);
  app.use((ctx) => {
    ctx.background.addTask(() => notes.add(`error: ${String(ctx.background.outcome?.error)}`));
    ctx.body = Readable.from(
      (async function* chunks() {
        for (;;) {
          yield "x".repeat(1_000);
          await new Promise((resolve) => setImmediate(resolve));
        }
      })(),
    );
  });
  const leaving = new AbortController();
  const response = await fetch(await listen(app), { signal: leaving.signal });
  expect(response.status).toBe(200);
  leaving.abort();
  await notes.until("error: undefined");
});

test("tasks wait for the handler of a client that has gone", async () => {
  const work = afterwork();
  const notes = new Notes();
  const { app } = quietApp();
  app.use(work.middleware);
  app.use(async (ctx) => {
    ctx.background.addTask(() => notes.add("task"));
    notes.add("handler begins");
    await new Promise((resolve) => ctx.res.once("close", resolve));
    await new Promise((resolve) => setImmediate(resolve));
    notes.add("handler ends");
  });
  const leaving = new AbortController();
  const sent = fetch(await listen(app), { signal: leaving.signal });
  await notes.until("handler begins");
  leaving.abort();
  await expect(sent).rejects.toThrow();
  expect(await notes.until("task")).toEqual(["handler begins", "handler ends", "task"]);
});

test("middleware that is called by mistake, and options that are unknown, say so", async () => {
  const { middleware } = afterwork();
  await expect((middleware as () => Promise<void>)()).rejects.toThrow(/app\.use: expected work\.middleware as it is/);
  expect(() => afterwork({ enigne: undefined } as never)).toThrow(InvalidOptionError);
});
