import { body, depends, form, HTTPException, int, path } from "afterwork";
import { Hono } from "hono";
import { HTTPException as HonoException } from "hono/http-exception";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { afterwork } from "afterwork/hono";

import { Notes } from "../notes.ts";
import { listen, makeApp } from "./served.ts";

const item = z.object({ name: z.string() });

function post(url: string, value: unknown): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: JSON.stringify(value),
    headers: { "content-type": "application/json" },
  });
}

describe("inject for Hono", () => {
  it("answers a plain value as JSON, with the headers that the context has been given", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    const db = depends(async function* db() {
      yield { name: "db" };
      notes.add("db closes");
    });
    app.post(
      "/items/:id",
      async (c, next) => {
        c.header("x-middleware", "set before");
        await next();
      },
      work.inject({ id: path(int), item: body(item), db }, { status: 201 }, ({ id, item, db, background, native }) => {
        background.addTask(() => notes.add(`task of ${native.c.req.path}`));
        native.c.header("x-native", "set by the handler");
        return { id, item, db: db.name };
      }),
    );
    const response = await post(`${await listen(app, work)}/items/7`, { name: "chair" });
    expect([response.status, await response.json()]).toEqual([201, { id: 7, item: { name: "chair" }, db: "db" }]);
    expect(response.headers.get("x-middleware")).toBe("set before");
    expect(response.headers.get("x-native")).toBe("set by the handler");
    expect(await notes.until("task of /items/7")).toEqual(["db closes", "task of /items/7"]);
  });

  it("takes what the context makes of an answer", async () => {
    const { app, work } = makeApp();
    app.get(
      "/",
      work.inject(({ native }) => native.c.text("native", 202)),
    );
    app.get(
      "/set",
      work.inject(({ native }) => {
        native.c.res = new Response("set on the context");
      }),
    );
    const url = await listen(app, work);
    const response = await fetch(url);
    expect([response.status, await response.text()]).toEqual([202, "native"]);
    expect(await (await fetch(`${url}/set`)).text()).toBe("set on the context");
  });

  it("takes bodies that have been read by then: JSON, text and forms", async () => {
    const { app, work } = makeApp();
    app.use("/json", async (c, next) => {
      await c.req.json();
      await next();
    });
    app.use("/form", async (c, next) => {
      await c.req.parseBody();
      await next();
    });
    app.post(
      "/json",
      work.inject({ item: body(item) }, ({ item }) => item),
    );
    app.post(
      "/form",
      work.inject({ name: form(), tags: form(z.array(z.string()).or(z.string())) }, ({ name, tags }) => ({
        name,
        tags,
      })),
    );
    const url = await listen(app, work);
    expect(await (await post(`${url}/json`, { name: "chair" })).json()).toEqual({ name: "chair" });
    const fields = new URLSearchParams({ name: "chair", tags: "wood" });
    expect(await (await fetch(`${url}/form`, { method: "POST", body: fields })).json()).toEqual({
      name: "chair",
      tags: "wood",
    });
  });

  it("leaves Hono's own exceptions to Hono, and answers those of the package", async () => {
    const { app, work } = makeApp();
    app.onError((error, c) => c.text(`handled by Hono: ${error.message}`, 418));
    app.get(
      "/own",
      work.inject(() => {
        throw new HTTPException(409, "taken");
      }),
    );
    app.get(
      "/hono",
      work.inject(() => {
        throw new HonoException(403, { message: "not you" });
      }),
    );
    const url = await listen(app, work);
    const own = await fetch(`${url}/own`);
    expect([own.status, await own.json()]).toEqual([409, { detail: "taken" }]);
    const hono = await fetch(`${url}/hono`);
    expect([hono.status, await hono.text()]).toEqual([418, "handled by Hono: not you"]);
  });

  it("tells middleware around it of a refusal, as Hono does", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    app.use(async (c, next) => {
      await next();
      notes.add(c.error?.message ?? "no error");
    });
    app.get(
      "/items/:id",
      work.inject({ id: path(int) }, ({ id }) => id),
    );
    expect((await fetch(`${await listen(app, work)}/items/seven`)).status).toBe(422);
    expect(notes.lines).toHaveLength(1);
    expect(notes.lines[0]).toContain("path.id");
  });

  it("says which middleware is missing", async () => {
    const work = afterwork();
    const app = new Hono();
    let told = "";
    app.onError((error, c) => {
      told = error.message;
      return c.text("", 500);
    });
    app.get(
      "/",
      work.inject(() => "never"),
    );
    expect((await fetch(await listen(app, work))).status).toBe(500);
    expect(told).toBe("GET /: an injected handler expects the middleware before its route: app.use(work.middleware)");
  });

  it("refuses inputs that can't be, when it is called", () => {
    const work = afterwork();
    expect(() => work.inject({ id: 5 } as never, () => {})).toThrow(/id/);
    expect(() => work.inject({ item: body(item), name: form() }, () => {})).toThrow(/one body/);
  });
});
