import { depends } from "afterwork";
import { afterwork } from "afterwork/fastify";
import fastify from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";

import { listen, makeApp, signal, silent } from "./served.ts";

describe("the plugin for Fastify", () => {
  it("gives requests a background whose tasks run after the response", async () => {
    const { app, work } = await makeApp();
    const events: string[] = [];
    app.addHook("onResponse", async () => void events.push("response"));
    app.get("/", async (request) => {
      request.background.addTask(() => events.push("task"));
      return { ok: true };
    });
    const response = await fetch(await listen(app));
    expect(await response.json()).toEqual({ ok: true });
    await work.idle();
    expect(events).toEqual(["response", "task"]);
  });

  it("may be registered without waiting, and is known by its name", async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    const work = afterwork();
    const ran = signal();
    app.register(work.plugin);
    app.get("/", async (request) => {
      request.background.addTask(ran.resolve);
      return "ok";
    });
    await fetch(await listen(app));
    await ran.promise;
    expect(app.hasPlugin("afterwork")).toBe(true);
  });

  it("adds to the instance it is registered with, not to its parents", async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    const work = afterwork();
    await app.register(async (child) => {
      await child.register(work.plugin);
      child.get("/with", async (request) => typeof request.background.addTask);
    });
    app.get("/without", async (request) => typeof request.background);
    expect((await app.inject("/with")).body).toBe("function");
    expect((await app.inject("/without")).body).toBe("undefined");
  });

  it("gives hooks and error handlers the background of their request", async () => {
    const { app, work } = await makeApp();
    const events: string[] = [];
    app.addHook("preHandler", async (request) => void request.background.addTask(() => events.push("of a hook")));
    app.setNotFoundHandler(async (request) => {
      request.background.addTask(() => events.push("of nothing found"));
      return "nothing";
    });
    await app.inject("/nowhere");
    await work.idle();
    expect(events).toEqual(["of a hook", "of nothing found"]);
  });

  it("says so when it is registered twice", async () => {
    const { app } = await makeApp();
    await expect(app.register(afterwork().plugin)).rejects.toThrow(
      expect.objectContaining({
        code: "INVALID_DEFINITION",
        message: expect.stringContaining("register work.plugin once"),
      }),
    );
  });

  it("says so when it is registered with two applications, which can't both end it", async () => {
    const { work } = await makeApp();
    await expect(fastify().register(work.plugin)).rejects.toThrow("make an adapter for each");
  });

  it("may be registered with siblings of one application", async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    const work = afterwork();
    const events: string[] = [];
    for (const path of ["/one", "/two"]) {
      await app.register(async (child) => {
        await child.register(work.plugin);
        child.get(path, async (request) => request.background.addTask(() => events.push(path)).status());
      });
    }
    await app.inject("/one");
    await app.inject("/two");
    await work.idle();
    expect(events).toEqual(["/one", "/two"]);
  });

  it("is refused by Fastify once the application listens", async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    await listen(app);
    expect(() => app.register(afterwork().plugin)).toThrow(/already/);
  });

  it("tells an injected handler that is served without it what to do", async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    app.get(
      "/",
      afterwork().inject(() => "ok"),
    );
    const response = await app.inject("/");
    expect(response.statusCode).toBe(500);
    expect(response.json().message).toContain("await app.register(work.plugin)");
  });

  it("tells a hook that runs before its own what to do", async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    app.addHook("onRequest", async (request) => void request.background);
    await app.register(afterwork().plugin);
    app.get("/", async () => "ok");
    expect((await app.inject("/")).json().message).toContain("before hooks and plugins that add tasks");
  });

  it("gives the error handler a background when a hook before its own has failed", async () => {
    const app = fastify();
    onTestFinished(() => app.close());
    const ran = signal();
    app.addHook("onRequest", async () => {
      throw new Error("not today");
    });
    app.setErrorHandler(async (_error, request) => {
      request.background.onFailure.addTask(ran.resolve);
      return "failed";
    });
    await app.register(afterwork().plugin);
    app.get("/", async () => "ok");
    expect((await app.inject("/")).body).toBe("failed");
    await ran.promise;
  });

  it("refuses an option that does not exist, with the nearest name", () => {
    expect(() => afterwork({ bodylimit: 3 } as never)).toThrow('did you mean "bodyLimit"?');
  });

  it("refuses bad arguments of inject when it is called", () => {
    const work = afterwork();
    expect(() => work.inject({ id: "no input" } as never, () => "ok")).toThrow(/id/);
    expect(() => work.inject({}, undefined as never)).toThrow(/handler/);
  });

  it("fails the start of the application when app scope can't be made", async () => {
    const settings = depends.app(() => {
      throw new Error("DATABASE_URL is missing");
    });
    for (const start of ["ready", "listen"] as const) {
      const { app, work } = await makeApp();
      app.get(
        "/",
        work.inject({ settings }, () => "ok"),
      );
      const starting = start === "ready" ? app.ready() : app.listen({ port: 0 });
      await expect(starting).rejects.toThrow("DATABASE_URL is missing");
    }
  });

  it("keeps what its log is told to itself when nothing fails", async () => {
    const errors: unknown[] = [];
    const { app, work } = await makeApp({ log: { ...silent, error: (message) => errors.push(message) } });
    app.get("/", async (request) => void request.background.addTask(() => {}));
    await app.inject("/");
    await work.idle();
    expect(errors).toEqual([]);
  });
});
