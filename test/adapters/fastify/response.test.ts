import { Readable } from "node:stream";

import { Engine, memory, task } from "afterwork";
import { describe, expect, it } from "vitest";

import { listen, makeApp, signal, visitUntil } from "./served.ts";

/** An engine whose store takes its time, or is down. */
function makeEngine(state: "slow" | "down"): { engine: Engine; stored: string[]; mail: ReturnType<typeof mailTask> } {
  const stored: string[] = [];
  const mail = mailTask();
  class TroubledEngine extends Engine {
    override async store(...args: Parameters<Engine["store"]>): Promise<void> {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (state === "down") throw new Error("the store is down");
      stored.push("stored");
      await super.store(...args);
    }
  }
  return { engine: new TroubledEngine({ store: memory(), tasks: [mail] }), stored, mail };
}

const mailTask = () => task("mail", { durable: true }, (_context, _to: string) => {});

describe("a response of Fastify", () => {
  it("waits for durable tasks once, where a handler sends without returning the reply", async () => {
    const { engine, stored, mail } = makeEngine("slow");
    const { app } = await makeApp({ engine, work: false });
    const warnings: unknown[] = [];
    app.log.warn = (...args: unknown[]) => void warnings.push(args);
    app.get("/", async (request, reply) => {
      request.background.addTask(mail, "a@b.c");
      reply.send({ atHead: stored.length });
    });
    const response = await fetch(await listen(app));
    expect(await response.json()).toEqual({ atHead: 0 });
    expect(stored).toEqual(["stored"]);
    expect(warnings).toEqual([]);
  });

  it("is taken back with its headers when durable tasks can't be stored, after all hooks", async () => {
    const { engine, mail } = makeEngine("down");
    const { app } = await makeApp({ engine, work: false });
    app.addHook("onSend", async (_request, reply) => void reply.header("x-late", "by a hook"));
    app.get("/", async (request, reply) => {
      request.background.addTask(mail, "a@b.c");
      return reply.code(201).header("x-user", "yes").send({ ok: true });
    });
    const response = await fetch(await listen(app));
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ detail: "Service Unavailable" });
    expect([...response.headers.keys()].filter((name) => name.startsWith("x-"))).toEqual([]);
    expect(response.headers.get("retry-after")).toBe("1");
  });

  it("is held when it was hijacked", async () => {
    const { engine, stored, mail } = makeEngine("slow");
    const { app, work } = await makeApp({ engine, work: false });
    const events: string[] = [];
    app.get("/", (request, reply) => {
      reply.hijack();
      request.background.addTask(mail, "a@b.c");
      request.background.addTask(() => events.push("task"));
      reply.raw.writeHead(200, { "content-type": "text/plain" });
      reply.raw.end("raw");
    });
    const response = await fetch(await listen(app));
    expect(stored).toEqual(["stored"]);
    expect(await response.text()).toBe("raw");
    await work.idle();
    expect(events).toEqual(["task"]);
  });

  for (const when of ["first", "late"] as const) {
    it(`that came over light-my-request has its tasks run, also a ${when} one that is added after its end`, async () => {
      const { app } = await makeApp();
      const events: string[] = [];
      const ran = signal();
      app.get("/", async (request, reply) => {
        if (when === "late") request.background.addTask(() => events.push("task"));
        await reply.send({ ok: true });
        await new Promise((resolve) => setImmediate(resolve));
        request.background.addTask(() => events.push("late task"));
        request.background.addTask(ran.resolve);
      });
      expect((await app.inject("/")).json()).toEqual({ ok: true });
      await ran.promise;
      expect(events).toEqual(when === "late" ? ["task", "late task"] : ["late task"]);
    });
  }

  it("that came over light-my-request is held, and taken back", async () => {
    const up = makeEngine("slow");
    const down = makeEngine("down");
    for (const { engine, mail, stored } of [up, down]) {
      const { app } = await makeApp({ engine, work: false });
      app.get("/", async (request) => {
        request.background.addTask(mail, "a@b.c");
        return { ok: true };
      });
      const response = await app.inject("/");
      expect(response.statusCode).toBe(engine === up.engine ? 200 : 503);
      expect(stored).toEqual(engine === up.engine ? ["stored"] : []);
    }
  });
});

describe("a client that leaves", () => {
  it("has its tasks wait for the end of the handler", async () => {
    const { app, work } = await makeApp();
    const events: string[] = [];
    const [begun, left] = [signal(), signal()];
    app.addHook("onRequestAbort", (_request, done) => {
      left.resolve();
      done();
    });
    app.get("/", async (request) => {
      await Promise.resolve();
      request.background.addTask(() => events.push("task"));
      begun.resolve();
      await left.promise;
      await new Promise((resolve) => setImmediate(resolve));
      events.push("handler");
    });
    await visitUntil(await listen(app), begun.promise);
    await left.promise;
    await app.close();
    await work.idle();
    expect(events).toEqual(["handler", "task"]);
  });

  it("before the handler has failed has the tasks of its success dropped", async () => {
    const { app } = await makeApp();
    const events: string[] = [];
    const [begun, left] = [signal(), signal()];
    app.addHook("onRequestAbort", (_request, done) => {
      left.resolve();
      done();
    });
    app.setErrorHandler(async (_error, request) => {
      request.background.addTask(() => events.push("of the error handler"));
      return "failed";
    });
    app.get("/", async (request) => {
      request.background.addTask(() => events.push("of success"));
      request.background.onFailure.addTask(() => events.push("of failure"));
      begun.resolve();
      await left.promise;
      throw new Error("too late");
    });
    await visitUntil(await listen(app), begun.promise);
    await left.promise;
    await app.close();
    expect(events).toEqual(["of failure", "of the error handler"]);
  });
});

describe("a failed request", () => {
  it("is one that took Fastify's error path, whatever the answer is", async () => {
    const { app, work } = await makeApp();
    const events: string[] = [];
    app.setErrorHandler(async (error: Error, request) => {
      request.background.addTask(() => events.push("after the failure"));
      request.background.onFailure.addTask(() => events.push(`because of ${error.message}`));
      return { handled: true };
    });
    app.get("/", async (request) => {
      request.background.addTask(() => events.push("of success"));
      throw new Error("no luck");
    });
    const response = await app.inject("/");
    expect([response.statusCode, response.json()]).toEqual([200, { handled: true }]);
    await work.idle();
    expect(events).toEqual(["after the failure", "because of no luck"]);
  });

  const streams = {
    "a stream of Node": (chunks: AsyncIterable<string>) => Readable.from(chunks),
    "a standard stream": (chunks: AsyncIterable<string>) => bytesOf(chunks),
    "the stream of a Response": (chunks: AsyncIterable<string>) => new Response(bytesOf(chunks), { status: 201 }),
  };
  for (const [name, make] of Object.entries(streams)) {
    it(`is one whose payload, ${name}, breaks after the head`, async () => {
      const { app, work } = await makeApp();
      const events: string[] = [];
      app.get("/", async (request, reply) => {
        request.background.addTask(() => events.push("of success"));
        request.background.onFailure.addTask(() => events.push(String(request.background.outcome?.error)));
        return reply.send(make(broken()));
      });
      const response = await fetch(await listen(app));
      await expect(response.text()).rejects.toThrow();
      await app.close();
      await work.idle();
      expect(events).toEqual(["Error: no more"]);
    });

    it(`is none whose payload, ${name}, is complete`, async () => {
      const { app, work } = await makeApp();
      const events: string[] = [];
      app.get("/", async (request, reply) => {
        request.background.addTask(() => events.push(`task after ${request.background.outcome?.status}`));
        return reply.send(make(complete()));
      });
      const response = await fetch(await listen(app));
      expect(await response.text()).toBe("one two");
      await work.idle();
      expect(events).toEqual([`task after ${response.status}`]);
    });
  }
});

async function* broken(): AsyncGenerator<string> {
  yield "one ";
  await new Promise((resolve) => setTimeout(resolve, 20));
  throw new Error("no more");
}

async function* complete(): AsyncGenerator<string> {
  yield "one ";
  yield "two";
}

function bytesOf(chunks: AsyncIterable<string>): ReadableStream<Uint8Array> {
  return ReadableStream.from(chunks).pipeThrough(new TextEncoderStream());
}
