import { App, depends, query, Router } from "afterwork";
import { expect, describe, test } from "vitest";

import { listen } from "./support/listen.ts";

const ran: string[] = [];
const note = (name: string): void => void ran.push(name);

const ofApp = depends(({ background }) => {
  background.addTask(note, "app");
});
const ofRouter = depends(async ({ background }) => {
  background.addTask(note, "router");
});
const sub = depends(function* ({ background }) {
  background.addTask(note, "sub-dependency");
  yield "sub";
  background.addTask(note, "clean-up of the sub-dependency");
});
const dependency = depends({ sub, q: query() }, async function* ({ q, background }) {
  background.addTask(note, `dependency ${q}`);
  yield "dependency";
});
const ofRequest = depends.request({ q: query() }, ({ background }) => {
  background.addTask(note, "request scope");
});
const guard = depends.guard(({ background }) => {
  background.addTask(note, "guard");
});

describe("9: tasks from app, router, dependency, sub-dependency and handler → one list", () => {
  test("in the order of resolution", async () => {
    ran.length = 0;
    const router = new Router({ prefix: "/users", inputs: { ofRouter } });
    router.get("/", { ofRequest, dependency, again: dependency, guard }, async ({ background }) => {
      background.addTask(note, "handler");
      await Promise.resolve();
      background.addTask(note, "handler, later");
      return "ok";
    });
    const app = new App({ inputs: { ofApp } }).include("/v1", router);
    const server = await listen(app);
    expect((await fetch(`${server.url}/v1/users?q=x`)).status).toBe(200);
    await expect.poll(() => ran.length).toBe(9);
    const first = ran.splice(0);
    expect((await fetch(`${server.url}/v1/users/?q=x`)).status).toBe(200);
    await server.close();
    expect(ran).toEqual(first);
    expect(ran).toEqual([
      "guard",
      "app",
      "router",
      "request scope",
      "sub-dependency",
      "dependency x",
      "handler",
      "handler, later",
      "clean-up of the sub-dependency",
    ]);
  });

  test("it is the very same list for all of them, and another one for the next request", async () => {
    const lists: unknown[] = [];
    const keep = depends(({ background }) => void lists.push(background));
    const inner = depends({ keep }, ({ background }) => void lists.push(background));
    const app = new App({ inputs: { keep } }).get("/", { inner }, ({ background }) => void lists.push(background));
    const { url } = await listen(app);
    await fetch(url);
    await fetch(url);
    expect(lists).toHaveLength(6);
    expect(new Set(lists.slice(0, 3)).size).toBe(1);
    expect(new Set(lists).size).toBe(2);
  });

  test("async and sync tasks, failing ones among them, keep the order", async () => {
    ran.length = 0;
    const failures: string[] = [];
    const app = new App().get("/", ({ background }) => {
      for (let index = 0; index < 20; index += 1) {
        if (index % 3 === 0) background.addTask(note, `${index}`);
        if (index % 3 === 1) background.addTask(async () => new Promise(setImmediate).then(() => note(`${index}`)));
        if (index % 3 === 2) {
          background.addTask(async () => {
            note(`${index}`);
            throw new Error(`${index}`);
          });
        }
      }
    });
    app.on("taskFailed", ({ error }) => failures.push((error as Error).message));
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(ran).toEqual(Array.from({ length: 20 }, (_, index) => `${index}`));
    expect(failures).toEqual(["2", "5", "8", "11", "14", "17"]);
  });
});
