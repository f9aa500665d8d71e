import { createServer } from "node:http2";

import { afterwork, type WorkEnv } from "afterwork/hono";
import { Hono } from "hono";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { HTTPException } from "hono/http-exception";
import { streamSSE } from "hono/streaming";
import { describe, expect, it } from "vitest";

import { Notes } from "../notes.ts";
import { storedTask, SwitchedEngine } from "../switched-engine.ts";
import { listen, makeApp } from "./served.ts";

describe("the middleware of Hono", () => {
  it("gives routes below a base path, and those of another app, their background", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    const other = new Hono<WorkEnv>().get("/deep", (c) => {
      c.var.background.addTask(() => notes.add("task of the other app"));
      return c.text("deep");
    });
    const api = app.basePath("/api").route("/other", other);
    const url = await listen(api, work);
    expect(await (await fetch(`${url}/api/other/deep`)).text()).toBe("deep");
    await notes.until("task of the other app");
  });

  it("gives a request one background, however often it is passed", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    app.get("/", work.middleware, (c) => {
      c.var.background.addTask(() => notes.add("task"));
      return c.text("ok");
    });
    await (await fetch(await listen(app, work))).text();
    await work.idle();
    expect(notes.lines).toEqual(["task"]);
  });

  it("fails a request whose error an error handler answers, and runs what that adds", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    app.onError((error, c) => {
      c.var.background.addTask(() => notes.add(`task of the error handler: ${error.message}`));
      return c.text("handled", 500);
    });
    app.get("/", (c) => {
      c.var.background.addTask(() => notes.add("task of success"));
      c.var.background.onFailure.addTask(() => notes.add("task of failure"));
      throw new Error("broken");
    });
    const response = await fetch(await listen(app, work));
    expect([response.status, await response.text()]).toEqual([500, "handled"]);
    await work.idle();
    expect(notes.lines).toEqual(["task of failure", "task of the error handler: broken"]);
  });

  it("fails a request whose error the handler of another app answers", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    const other = new Hono<WorkEnv>();
    other.onError((_error, c) => c.text("handled there", 409));
    other.get("/", (c) => {
      c.var.background.addTask(() => notes.add("task of success"));
      c.var.background.onFailure.addTask(() => notes.add("task of failure"));
      throw new Error("broken");
    });
    app.route("/other", other);
    const response = await fetch(`${await listen(app, work)}/other`);
    expect([response.status, await response.text()]).toEqual([409, "handled there"]);
    await work.idle();
    expect(notes.lines).toEqual(["task of failure"]);
  });

  it("fails a request for an HTTPException of Hono's, which Hono answers", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    app.get("/", (c) => {
      c.var.background.addTask(() => notes.add("task of success"));
      c.var.background.always.addTask(() => notes.add("task of always"));
      throw new HTTPException(403, { message: "not you" });
    });
    const response = await fetch(await listen(app, work));
    expect([response.status, await response.text()]).toEqual([403, "not you"]);
    await work.idle();
    expect(notes.lines).toEqual(["task of always"]);
  });

  it("fails a request that middleware around it fails when its handler is through", async () => {
    const work = afterwork();
    const notes = new Notes();
    const app = new Hono<WorkEnv>();
    app.use(async (_c, next) => {
      await next();
      throw new Error("too late");
    });
    app.use(work.middleware);
    app.get("/", (c) => {
      c.var.background.addTask(() => notes.add("task of success"));
      c.var.background.onFailure.addTask(() => notes.add("task of failure"));
      return c.text("ok");
    });
    app.onError((_error, c) => c.text("failed", 500));
    expect((await fetch(await listen(app, work))).status).toBe(500);
    await work.idle();
    expect(notes.lines).toEqual(["task of failure"]);
  });

  it("leaves etags and the headers of other middleware as they are", async () => {
    const work = afterwork();
    const app = new Hono<WorkEnv>();
    app.use(etag(), cors(), work.middleware);
    app.get("/", (c) => {
      c.var.background.addTask(() => {});
      return c.text("ok");
    });
    const url = await listen(app, work);
    const first = await fetch(url);
    expect(await first.text()).toBe("ok");
    expect(first.headers.get("access-control-allow-origin")).toBe("*");
    const tag = first.headers.get("etag") ?? "";
    expect((await fetch(url, { headers: { "if-none-match": tag } })).status).toBe(304);
    expect((await fetch(url, { method: "HEAD" })).headers.get("etag")).toBe(tag);
  });

  it("runs the tasks of server-sent events when the last one has been sent", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    app.get("/", (c) =>
      streamSSE(c, async (stream) => {
        await stream.writeSSE({ data: "one" });
        c.var.background.addTask(() => notes.add("task"));
        await stream.writeSSE({ data: "two" });
        notes.add("last event");
      }),
    );
    const response = await fetch(await listen(app, work));
    expect(await response.text()).toBe("data: one\n\ndata: two\n\n");
    expect(await notes.until("task")).toEqual(["last event", "task"]);
  });

  it("sends 503 in the place of a response whose durable tasks can't be stored, and none of its headers", async () => {
    const engine = new SwitchedEngine();
    engine.isDown = true;
    const { app, work } = makeApp({ engine, work: false });
    app.get("/", (c) => {
      c.header("x-user", "set by the handler");
      c.header("set-cookie", "session=1");
      c.var.background.addTask(storedTask);
      return c.json({ ok: true });
    });
    const response = await fetch(await listen(app, work));
    expect([response.status, await response.json()]).toEqual([503, { detail: "Service Unavailable" }]);
    expect(response.headers.get("retry-after")).toBe("1");
    expect([response.headers.get("x-user"), response.headers.get("set-cookie")]).toEqual([null, null]);
  });

  it("stores a durable task that middleware around it adds on the way out", async () => {
    const engine = new SwitchedEngine();
    const work = afterwork({ engine, work: false });
    const app = new Hono<WorkEnv>();
    app.use(async (c, next) => {
      await next();
      c.var.background.addTask(storedTask);
    });
    app.use(work.middleware);
    app.get("/", (c) => c.text("ok"));
    await (await fetch(await listen(app, work))).text();
    expect(engine.stored).toBe(1);
  });
});

describe("what is wrong", () => {
  it("an unknown option is named", () => {
    expect(() => afterwork({ engin: undefined } as never)).toThrow('afterwork has no option "engin"');
  });

  it("attach refuses what is no server, and a server of HTTP/2", async () => {
    const work = afterwork();
    await expect(work.attach({} as never)).rejects.toThrow("expected a server of node:http");
    await expect(work.attach(createServer())).rejects.toThrow("expected a server of node:http");
  });
});
