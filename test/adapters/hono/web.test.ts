import { afterwork, type HonoAdapter, type WorkEnv } from "afterwork/hono";
import { Hono } from "hono";
import { stream } from "hono/streaming";
import { describe, expect, it } from "vitest";

import { Notes } from "../notes.ts";
import { storedTask, SwitchedEngine } from "../switched-engine.ts";
import { makeApp, quiet } from "./served.ts";

/** An app whose stream adds a task on its way, and a durable one before its end. */
function makeStreaming(engine: SwitchedEngine, notes: Notes): { app: Hono<WorkEnv>; work: HonoAdapter } {
  const { app, work } = makeApp({ engine, work: false });
  app.get("/", (c) =>
    stream(c, async (writer) => {
      await writer.write("one ");
      c.var.background.addTask(() => notes.add("task"));
      c.var.background.onFailure.addTask(() => notes.add("task of failure"));
      c.var.background.addTask(storedTask);
      await writer.write("two");
      notes.add("last chunk");
    }),
  );
  return { app, work };
}

describe("Hono where only the returned response tells its end", () => {
  it("runs tasks when the body has been read", async () => {
    const { app } = makeApp();
    const notes = new Notes();
    app.get("/", (c) => {
      c.var.background.addTask(() => notes.add("task"));
      return c.json({ ok: true });
    });
    const response = await app.request("/");
    expect(notes.lines).toEqual([]);
    expect(await response.json()).toEqual({ ok: true });
    notes.add("read");
    expect(await notes.until("task")).toEqual(["read", "task"]);
  });

  it("leaves responses without tasks as they are", async () => {
    const { app } = makeApp();
    const answer = Response.json({ ok: true });
    app.get("/", () => answer);
    expect(await app.request("/")).toBe(answer);
  });

  it("runs tasks after responses without a body", async () => {
    const { app } = makeApp();
    const notes = new Notes();
    app.get("/", (c) => {
      c.var.background.addTask(() => notes.add(`task of ${c.req.raw.method}`));
      return c.body(null, 204);
    });
    for (const method of ["GET", "HEAD"]) {
      expect((await app.request("/", { method })).status).toBe(204);
      await notes.until(`task of ${method}`);
    }
  });

  it("stores what a stream adds before its end, and runs its tasks after it", async () => {
    const engine = new SwitchedEngine();
    const notes = new Notes();
    const { app } = makeStreaming(engine, notes);
    const response = await app.request("/");
    expect(await response.text()).toBe("one two");
    expect(engine.stored).toBe(1);
    expect(await notes.until("task")).toEqual(["last chunk", "task"]);
  });

  it("cuts a stream off whose durable task can't be stored", async () => {
    const engine = new SwitchedEngine();
    const notes = new Notes();
    const { app, work } = makeStreaming(engine, notes);
    engine.isDown = true;
    const response = await app.request("/");
    await expect(response.text()).rejects.toThrow("the body was cut off");
    await notes.until("task of failure");
    await work.idle();
    expect(notes.lines).not.toContain("task");
  });

  it("sends 503 in the place of a response whose durable tasks can't be stored", async () => {
    const engine = new SwitchedEngine();
    engine.isDown = true;
    const { app } = makeApp({ engine, work: false });
    app.get("/", (c) => {
      c.header("x-user", "set by the handler");
      c.var.background.addTask(storedTask);
      return c.json({ ok: true });
    });
    const response = await app.request("/");
    expect([response.status, await response.json()]).toEqual([503, { detail: "Service Unavailable" }]);
    expect(response.headers.get("x-user")).toBeNull();
  });

  it("has Cloudflare's context wait until the tasks have run", async () => {
    const work = afterwork({ log: quiet });
    const app = new Hono<WorkEnv>().use(work.middleware).get("/", (c) => {
      c.var.background.addTask(() => notes.add("task"));
      return c.text("ok");
    });
    const notes = new Notes();
    const waiting: Promise<unknown>[] = [];
    const context = {
      waitUntil: (promise: Promise<unknown>) => void waiting.push(promise),
      passThroughOnException() {},
    };
    const response = await app.fetch(new Request("http://site/"), {}, context as never);
    expect(await response.text()).toBe("ok");
    await Promise.all(waiting);
    expect(notes.lines).toEqual(["task"]);
  });
});
