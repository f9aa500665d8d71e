import { once } from "node:events";
import type { Server } from "node:http";

import { H3, HTTPError, onDispose, onError, serve } from "h3";
import { afterwork } from "afterwork/h3";
import { describe, expect, it } from "vitest";

import { Notes } from "../notes.ts";
import { storedTask, SwitchedEngine } from "../switched-engine.ts";
import { listen, makeApp, quiet } from "./served.ts";

describe("the middleware of H3", () => {
  it("gives routes of a mounted app their background", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    const inner = new H3().use(work.middleware).get("/deep", (event) => {
      event.context.background.addTask(() => notes.add("task"));
      return "deep";
    });
    app.mount("/inner", inner);
    expect(await (await fetch(`${await listen(app, work)}/inner/deep`)).text()).toBe("deep");
    await work.idle();
    expect(notes.lines).toEqual(["task"]);
  });

  it("runs tasks after H3's own hook for the end of a response", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    app.get("/", (event) => {
      onDispose(event, () => notes.add("disposed"));
      event.context.background.addTask(() => notes.add("task"));
      return "ok";
    });
    await (await fetch(await listen(app, work))).text();
    expect((await notes.until("task")).toSorted()).toEqual(["disposed", "task"]);
  });

  it("runs a first task that is added in a stream, of which that hook never hears", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    app.get("/", (event) => {
      const chunks = async function* (): AsyncGenerator<string> {
        yield "one ";
        onDispose(event, () => notes.add("disposed"));
        event.context.background.addTask(() => notes.add("task"));
        yield "two";
      };
      return ReadableStream.from(chunks()).pipeThrough(new TextEncoderStream());
    });
    expect(await (await fetch(await listen(app, work))).text()).toBe("one two");
    await notes.until("task");
    await work.idle();
    expect(notes.lines).toEqual(["task"]);
  });

  it("fails a request whose error the app's hook answers, and runs what that adds", async () => {
    const notes = new Notes();
    const { app, work } = makeApp(
      {},
      {
        onError: (error, event) => {
          event.context.background.addTask(() => notes.add(`task of the hook: ${error.message}`));
          return new Response("handled", { status: 500 });
        },
      },
    );
    app.get("/", (event) => {
      event.context.background.addTask(() => notes.add("task of success"));
      event.context.background.onFailure.addTask(() => notes.add("task of failure"));
      throw new HTTPError({ status: 409, message: "taken" });
    });
    expect(await (await fetch(await listen(app, work))).text()).toBe("handled");
    await work.idle();
    expect(notes.lines).toEqual(["task of failure", "task of the hook: taken"]);
  });

  it("fails a request for an error that is returned, and one for a hook before the middleware", async () => {
    const work = afterwork({ log: quiet });
    const notes = new Notes();
    const app = new H3({ silent: true });
    app.use(onError((error) => new Response(error.message, { status: 500 })));
    app.use(work.middleware);
    app.get("/returned", (event) => {
      event.context.background.onFailure.addTask(() => notes.add("task of the returned error"));
      return new HTTPError({ status: 418, message: "a teapot" });
    });
    app.get("/thrown", async (event) => {
      event.context.background.onFailure.addTask(() => notes.add("task of the thrown error"));
      throw new Error("broken");
    });
    const url = await listen(app, work);
    expect((await fetch(`${url}/returned`)).status).toBe(418);
    expect((await fetch(`${url}/thrown`)).status).toBe(500);
    await work.idle();
    expect(notes.lines).toEqual(["task of the returned error", "task of the thrown error"]);
  });

  it("takes an error that a hook behind it has answered for no failure", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    app.use(onError(() => new Response("mended")));
    app.get("/", (event) => {
      event.context.background.addTask(() => notes.add("task of success"));
      throw new Error("broken");
    });
    expect(await (await fetch(await listen(app, work))).text()).toBe("mended");
    await notes.until("task of success");
  });

  it("sends 503 in the place of a response whose durable tasks can't be stored, and none of its headers", async () => {
    const engine = new SwitchedEngine();
    engine.isDown = true;
    const { app, work } = makeApp({ engine, work: false });
    app.get("/", (event) => {
      event.res.headers.set("x-user", "set by the handler");
      event.context.background.addTask(storedTask);
      return { ok: true };
    });
    const response = await fetch(await listen(app, work));
    expect([response.status, await response.json()]).toEqual([503, { detail: "Service Unavailable" }]);
    expect([response.headers.get("retry-after"), response.headers.get("x-user")]).toEqual(["1", null]);
  });
});

describe("the server of H3", () => {
  it("drains tasks when it is closed by its own close", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    const released = Promise.withResolvers<void>();
    app.get("/", (event) => {
      event.context.background.addTask(async function slow() {
        await released.promise;
        notes.add("task ended");
      });
      return "ok";
    });
    const server = serve(app, { port: 0, hostname: "127.0.0.1", silent: true, gracefulShutdown: false });
    await work.attach(server, { signals: false });
    await server.ready();
    await (await fetch(server.url ?? "")).text();
    const closing = server.close().then(() => notes.add("closed"));
    released.resolve();
    await closing;
    expect(notes.lines).toEqual(["task ended", "closed"]);
  });

  it("drains tasks before a close resolves that joins a shutdown", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    const released = Promise.withResolvers<void>();
    app.get("/", (event) => {
      event.context.background.addTask(async function slow() {
        await released.promise;
        notes.add("task ended");
      });
      return "ok";
    });
    const server = serve(app, { port: 0, hostname: "127.0.0.1", silent: true, gracefulShutdown: false });
    await work.attach(server, { signals: false });
    await server.ready();
    await (await fetch(server.url ?? "")).text();
    const http = server.node?.server as Server;
    const stopped = once(http, "close");
    const begun = new Promise((resolve) => void http.close(resolve)); // as the signals do
    await stopped;
    const joined = server.close().then(() => notes.add("closed"));
    setImmediate(() => released.resolve());
    await Promise.all([begun, joined]);
    expect(notes.lines).toEqual(["task ended", "closed"]);
  });

  it("drains tasks where it is none of Node's", async () => {
    const { work } = makeApp();
    const notes = new Notes();
    const server = {
      close: (): Promise<void> => {
        notes.add(`stopped, ready: ${work.ready}`);
        return Promise.resolve();
      },
    };
    await work.attach(server);
    expect(work.ready).toBe(true);
    await server.close();
    expect(notes.lines).toEqual(["stopped, ready: false"]);
  });

  it("is refused where it is none", async () => {
    const { work } = makeApp();
    await expect(work.attach({} as never)).rejects.toThrow("expected a server of H3");
    expect(() => afterwork({ engin: undefined } as never)).toThrow('afterwork has no option "engin"');
  });
});
