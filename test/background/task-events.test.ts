import { AsyncLocalStorage } from "node:async_hooks";

import { App, serve, task } from "afterwork";
import { expect, onTestFinished, test } from "vitest";

test("listeners are told of successes and failures in the asynchronous context of the request", async () => {
  const requests = new AsyncLocalStorage<string>();
  const told: unknown[] = [];
  const app = new App();
  app.use((context, next) => requests.run(context.req.path, next));
  const stumble = task("stumble", { retries: 1, backoff: "1ms" }, ({ attempt }) => {
    if (attempt === 1) throw new Error("stumbled");
  });
  app.get("/a", ({ background }) => {
    background.addTask(function work() {});
    background.addTask(stumble);
  });
  app.get("/b", ({ background }) => {
    background.addTask(function broken() {
      throw new Error("broken");
    });
  });
  const tell = (how: string, name: string, attempts: number): void =>
    void told.push({ how, name, attempts, request: requests.getStore() });
  app.on("taskSucceeded", ({ name, attempts }) => tell("succeeded", name, attempts));
  app.on("taskFailed", ({ name, attempts }) => tell("failed", name, attempts));
  const server = await serve(app, { port: 0, signals: false });
  onTestFinished(async () => void (await server.close()));

  await fetch(`${server.url}/a`);
  await fetch(`${server.url}/b`);
  await server.close();

  expect(told).toHaveLength(3);
  expect(told).toEqual(
    expect.arrayContaining([
      { how: "succeeded", name: "work", attempts: 1, request: "/a" },
      { how: "succeeded", name: "stumble", attempts: 2, request: "/a" },
      { how: "failed", name: "broken", attempts: 1, request: "/b" },
    ]),
  );
});
