import { once } from "node:events";
import { Agent, request as send } from "node:http";
import { connect, type ClientHttp2Session } from "node:http2";
import type { AddressInfo } from "node:net";

import { body, depends, Engine, form, memory, request, task } from "afterwork";
import { afterwork } from "afterwork/fastify";
import fastify from "fastify";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";

import { listen, makeApp, signal } from "./served.ts";

describe("the close of an application of Fastify", () => {
  it("drains tasks, closes app scope, and only then what was registered before the plugin", async () => {
    const events: string[] = [];
    const app = fastify();
    app.addHook("onClose", async () => void events.push("database closed"));
    const pool = depends.app(async function* pool() {
      yield {};
      events.push("app scope closed");
    });
    const work = afterwork();
    await app.register(work.plugin);
    const [closes, release] = [signal(), signal()];
    app.addHook("preClose", async () => closes.resolve());
    app.get(
      "/",
      work.inject({ pool }, ({ background }) => {
        background.addTask(async function slow() {
          await release.promise;
          events.push("task ended");
        });
        return "ok";
      }),
    );
    await fetch(await listen(app));
    expect(work.ready).toBe(true);
    const closing = app.close().then(() => events.push("closed"));
    await closes.promise;
    expect(work.ready).toBe(false);
    release.resolve();
    await closing;
    expect(events).toEqual(["task ended", "app scope closed", "database closed", "closed"]);
  });

  it("is not held up by connections that are kept alive, idle or busy when it begins", async () => {
    const { app, work } = await makeApp();
    const [begun, release] = [signal(), signal()];
    app.get("/", async (one) => {
      one.background.addTask(() => {});
      return "ok";
    });
    app.get("/slow", async (one) => {
      begun.resolve();
      await release.promise;
      one.background.addTask(() => {});
      return "ok";
    });
    const url = await listen(app);
    const agent = new Agent({ keepAlive: true });
    onTestFinished(() => agent.destroy());
    const get = async (path: string): Promise<void> => {
      const sent = send(url + path, { agent }).end();
      const [response] = await once(sent, "response");
      response.resume();
      await once(response, "end");
    };
    await get("/");
    const slow = get("/slow");
    await begun.promise;
    await get("/");
    const closing = app.close();
    setTimeout(release.resolve, 50);
    const start = performance.now();
    await Promise.all([slow, closing]);
    expect(performance.now() - start).toBeLessThan(2_000);
    expect(work.ready).toBe(false);
  });

  it("resolves for one that never listened, with its tasks drained", async () => {
    const { app } = await makeApp();
    const events: string[] = [];
    app.get("/", async (one) => {
      one.background.addTask(async function slow() {
        await new Promise((resolve) => setTimeout(resolve, 20));
        events.push("task");
      });
      return "ok";
    });
    await app.inject("/");
    await app.close();
    expect(events).toEqual(["task"]);
  });

  it("resolves for one whose start has failed", async () => {
    const { app, work } = await makeApp();
    const broken = depends.app(() => {
      throw new Error("no settings");
    });
    app.get(
      "/",
      work.inject({ broken }, () => "ok"),
    );
    await expect(app.ready()).rejects.toThrow("no settings");
    await app.close();
  });

  it("ends the worker of the engine", async () => {
    const ran = signal();
    const noted = task("noted", { durable: true }, () => ran.resolve());
    const engine = new Engine({ store: memory(), tasks: [noted] });
    const { app } = await makeApp({ engine });
    app.get("/", async (one) => ({ job: one.background.addTask(noted).id }));
    await app.inject("/");
    await ran.promise;
    await app.close();
    await expect(engine.enqueue(noted)).rejects.toThrow(expect.objectContaining({ code: "ENGINE_CLOSED" }));
  });
});

describe("an application of Fastify on HTTP/2", () => {
  it("has tasks, durable ones and injected handlers, and closes", async () => {
    const events: string[] = [];
    const stored = task("stored", { durable: true }, () => void events.push("durable task"));
    const app = fastify({ http2: true });
    const work = afterwork({ engine: new Engine({ store: memory(), tasks: [stored] }), work: false });
    await app.register(work.plugin);
    const handler = work.inject({ item: body(z.object({ name: z.string() })) }, ({ item, background, native }) => {
      background.addTask(stored);
      background.addTask(() => events.push(`task of ${native.request.url}`));
      return item;
    });
    app.post("/items", handler);
    app.post(
      "/form",
      work.inject({ name: form(), late: request() }, ({ name, late }) => ({ name, url: late.url })),
    );
    await app.listen({ port: 0, host: "127.0.0.1" });
    const { port } = app.server.address() as AddressInfo;
    const session = connect(`http://127.0.0.1:${port}`);
    expect(await post(session, "/items", '{"name":"chair"}')).toEqual({ status: 200, text: '{"name":"chair"}' });
    const read = await post(session, "/form", "name=a", "application/x-www-form-urlencoded");
    expect(read).toEqual({ status: 200, text: `{"name":"a","url":"http://127.0.0.1:${port}/form"}` });
    await work.idle();
    expect(events).toEqual(["task of /items"]);
    await app.close();
    session.destroy();
  });
});

async function post(
  session: ClientHttp2Session,
  path: string,
  text: string,
  type = "application/json",
): Promise<unknown> {
  const stream = session.request({ ":method": "POST", ":path": path, "content-type": type });
  stream.end(text);
  const [headers] = await once(stream, "response");
  const chunks = await stream.toArray();
  return { status: headers[":status"], text: Buffer.concat(chunks).toString() };
}
