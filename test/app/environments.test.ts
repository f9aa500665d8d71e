import { App, depends } from "afterwork";
import { afterwork } from "afterwork/hono";
import { Hono } from "hono";
import { expect, test } from "vitest";

import { MemoryPort } from "../background/memory-port.ts";
import { MemoryLog } from "../base/memory-log.ts";

/** What a user of Cloudflare Workers may have called a queue of theirs. */
const bindings = { outgoing: { send: () => {} } };

test("a binding that is called as Node's response is by its server is left alone by an app", async () => {
  const ran: string[] = [];
  const app = new App();
  app.get("/", ({ background }) => {
    background.addTask(() => ran.push("task"));
    return "done";
  });
  const response = await app.fetch(new Request("http://test.local/"), bindings);
  expect(await response.json()).toBe("done");
  await expect.poll(() => ran).toEqual(["task"]);
});

test("a binding that is called as Node's response is by its server is left alone by the adapter for Hono", async () => {
  const ran: string[] = [];
  const work = afterwork();
  const app = new Hono().use(work.middleware).get("/", (context) => {
    context.var.background.addTask(() => ran.push("task"));
    return context.text("done");
  });
  const response = await app.fetch(new Request("http://test.local/"), bindings);
  expect(await response.text()).toBe("done");
  await expect.poll(() => ran).toEqual(["task"]);
});

test("app scope is closed although the workers could not be stopped", async () => {
  const ended: string[] = [];
  const pool = depends.app(function* pool() {
    yield "open";
    ended.push("pool");
  });
  const hosted = {
    attach: () => {},
    tasks: [],
    open: () => Promise.resolve(),
    work: () => Promise.resolve(),
    stopClaiming: () => {},
    stop: () => Promise.reject(new Error("the worker hangs")),
    detach: () => Promise.resolve(),
  };
  const log = new MemoryLog();
  const app = new App({ engine: Object.assign(new MemoryPort(), { hosted }), log });
  app.get("/", { pool }, () => "done");
  await app.start();
  expect(await app.close()).toEqual([]);
  expect(ended).toEqual(["pool"]);
  expect(log.messages("error")).toEqual(["the workers could not be stopped"]);
});
