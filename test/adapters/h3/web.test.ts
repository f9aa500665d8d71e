import { body, cookie, int, path, query } from "afterwork";
import { HTTPError } from "h3";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { Notes } from "../notes.ts";
import { storedTask, SwitchedEngine } from "../switched-engine.ts";
import { makeApp } from "./served.ts";

describe("H3 where only the returned response tells its end", () => {
  it("runs tasks when the body has been read", async () => {
    const { app } = makeApp();
    const notes = new Notes();
    app.get("/", (event) => {
      event.context.background.addTask(() => notes.add("task"));
      return { ok: true };
    });
    const response = await app.request("/");
    expect(await response.json()).toEqual({ ok: true });
    notes.add("read");
    expect(await notes.until("task")).toEqual(["read", "task"]);
  });

  it("stores what a stream adds before its end, or cuts it off", async () => {
    const engine = new SwitchedEngine();
    const { app, work } = makeApp({ engine, work: false });
    app.get("/", (event) => {
      const chunks = async function* (): AsyncGenerator<string> {
        yield "one ";
        event.context.background.addTask(storedTask);
        yield "two";
      };
      return ReadableStream.from(chunks()).pipeThrough(new TextEncoderStream());
    });
    expect(await (await app.request("/")).text()).toBe("one two");
    expect(engine.stored).toBe(1);
    engine.isDown = true;
    await expect((await app.request("/")).text()).rejects.toThrow("the body was cut off");
    await work.idle();
  });

  it("runs the tasks of a failed request, and leaves its answer to H3", async () => {
    const { app } = makeApp();
    const notes = new Notes();
    app.get("/", (event) => {
      event.context.background.addTask(() => notes.add("task of success"));
      event.context.background.onFailure.addTask(() => notes.add("task of failure"));
      throw new HTTPError({ status: 409, message: "taken" });
    });
    expect((await app.request("/")).status).toBe(409);
    expect(await notes.until("task of failure")).toEqual(["task of failure"]);
  });

  it("sends 503 where durable tasks can't be stored, those of a failure included", async () => {
    const engine = new SwitchedEngine();
    engine.isDown = true;
    const { app } = makeApp({ engine, work: false });
    app.get("/", (event) => {
      event.context.background.addTask(storedTask);
      return { ok: true };
    });
    app.get("/failing", (event) => {
      event.context.background.always.addTask(storedTask);
      throw new Error("broken");
    });
    expect((await app.request("/")).status).toBe(503);
    expect((await app.request("/failing")).status).toBe(503);
  });

  it("gives injected handlers their inputs", async () => {
    const { app, work } = makeApp();
    const inputs = {
      id: path(int),
      tags: query.all("tag"),
      theme: cookie(),
      item: body(z.object({ name: z.string() })),
    };
    app.post(
      "/items/:id",
      work.inject(inputs, ({ id, tags, theme, item }) => ({ id, tags, theme, item })),
    );
    const response = await app.request("/items/7?tag=a&tag=b", {
      method: "POST",
      body: '{"name":"chair"}',
      headers: { "content-type": "application/json", cookie: "theme=dark%20blue; other=1" },
    });
    expect(await response.json()).toEqual({ id: 7, tags: ["a", "b"], theme: "dark blue", item: { name: "chair" } });
  });
});
