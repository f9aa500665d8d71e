import type { ServerResponse } from "node:http";

import { body, depends, HTTPException, int, path } from "afterwork";
import { afterwork } from "afterwork/h3";
import { H3, HTTPError } from "h3";
import { describe, expect, it } from "vitest";
import { z } from "zod";

import { Notes } from "../notes.ts";
import { listen, makeApp } from "./served.ts";

const item = z.object({ name: z.string() });

function post(url: string, value: unknown): Promise<Response> {
  return fetch(url, { method: "POST", body: JSON.stringify(value), headers: { "content-type": "application/json" } });
}

describe("inject for H3", () => {
  it("answers a plain value as JSON, with the headers of the event", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    const db = depends(async function* db() {
      yield { name: "db" };
      notes.add("db closes");
    });
    app.post(
      "/items/:id",
      work.inject({ id: path(int), item: body(item), db }, { status: 201 }, ({ id, item, db, background, native }) => {
        background.addTask(() => notes.add(`task of ${native.event.url.pathname}`));
        native.event.res.headers.set("x-native", "set by the handler");
        return { id, item, db: db.name };
      }),
    );
    const response = await post(`${await listen(app, work)}/items/7`, { name: "chair" });
    expect([response.status, await response.json()]).toEqual([201, { id: 7, item: { name: "chair" }, db: "db" }]);
    expect(response.headers.get("x-native")).toBe("set by the handler");
    expect(await notes.until("task of /items/7")).toEqual(["db closes", "task of /items/7"]);
  });

  it("decodes parts of the path, and leaves those that can't be decoded", async () => {
    const { app, work } = makeApp();
    app.get(
      "/tags/:tag",
      work.inject({ tag: path() }, ({ tag }) => tag),
    );
    const url = await listen(app, work);
    expect(await (await fetch(`${url}/tags/a%20b%2Fc`)).json()).toBe("a b/c");
  });

  it("takes an answer that has been written to Node's response", async () => {
    const { app, work } = makeApp();
    const notes = new Notes();
    app.get(
      "/",
      work.inject(({ native, background }) => {
        background.addTask(() => notes.add("task"));
        const response = native.event.runtime?.node?.res as ServerResponse;
        response.writeHead(202, { "content-type": "text/plain" }).end("written");
      }),
    );
    const response = await fetch(await listen(app, work));
    expect([response.status, await response.text()]).toEqual([202, "written"]);
    await notes.until("task");
  });

  it("leaves H3's own errors to H3, and answers those of the package", async () => {
    const { app, work } = makeApp();
    app.get(
      "/own",
      work.inject(() => {
        throw new HTTPException(409, "taken");
      }),
    );
    app.get(
      "/h3",
      work.inject(() => {
        throw new HTTPError({ status: 403, message: "not you" });
      }),
    );
    const url = await listen(app, work);
    const own = await fetch(`${url}/own`);
    expect([own.status, await own.json()]).toEqual([409, { detail: "taken" }]);
    const h3 = await fetch(`${url}/h3`);
    expect([h3.status, await h3.json()]).toMatchObject([403, { message: "not you" }]);
  });

  it("says so when the body has been read before", async () => {
    let told = "";
    const { app, work } = makeApp({}, { onError: (error) => void (told = (error.cause as Error).message) });
    app.use("/items", async (event) => {
      await event.req.text();
    });
    app.post(
      "/items",
      work.inject({ item: body(item) }, ({ item }) => item),
    );
    expect((await post(`${await listen(app, work)}/items`, { name: "chair" })).status).toBe(500);
    expect(told).toBe("POST /items: the body has been read before the injected handler; leave that to its inputs");
  });

  it("says which middleware is missing", async () => {
    const work = afterwork();
    let told = "";
    const app = new H3({ silent: true, onError: (error) => void (told = (error.cause as Error).message) });
    app.get(
      "/",
      work.inject(() => "never"),
    );
    expect((await app.request("/")).status).toBe(500);
    expect(told).toBe("GET /: an injected handler expects the middleware before its route: app.use(work.middleware)");
  });
});
