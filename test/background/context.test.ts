import { App, depends, task } from "afterwork";
import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { expect, test } from "vitest";
import { ask } from "../dependencies/ask.ts";

const tenant = new AsyncLocalStorage<string>();

function openApp(): { app: App; seen: string[] } {
  const app = new App();
  const seen: string[] = [];
  const note = (what: string): void => void seen.push(`${what}: ${tenant.getStore()}`);
  const inTask = task("inTask", { retries: 1, backoff: 1 }, async ({ background, attempt }) => {
    await delay(1);
    note(`attempt ${attempt}`);
    if (attempt === 1) throw new Error("again");
    background.addTask(() => note("nested"));
  });
  const session = depends.request(function* () {
    yield 1;
    note("request scope");
  });
  app.get("/:name", { session }, ({ background, request }) =>
    tenant.run(new URL(request.url).pathname, async () => {
      background.addTask(() => note("plain"));
      await delay(1);
      background.addTask(inTask);
      void delay(1).then(() => background.addTask(() => note("detached")));
    }),
  );
  return { app, seen };
}

test("what a handler puts into an AsyncLocalStorage is seen by its tasks, and by no other request's", async () => {
  const { app, seen } = openApp();
  await Promise.all([ask(app, "/a"), ask(app, "/b")]);
  await expect.poll(() => seen.length).toBe(12);
  await app.close();
  for (const name of ["/a", "/b"]) {
    const own = seen.filter((line) => line.endsWith(name)).map((line) => line.split(": ")[0]);
    expect(new Set(own)).toEqual(new Set(["attempt 1", "attempt 2", "detached", "nested", "plain"]));
  }
});

test("every task has the context of its own call, not of the one before it", async () => {
  const app = new App();
  const seen: unknown[] = [];
  app.get("/", ({ background }) => {
    tenant.run("first", () => void background.addTask(() => void seen.push(tenant.getStore())));
    tenant.run("second", () => void background.addTask(async () => void seen.push(tenant.getStore())));
    background.addTask(() => void seen.push(tenant.getStore()));
  });
  await ask(app);
  await app.close();
  expect(seen).toEqual(["first", "second", undefined]);
});

test("a task that enters a context leaves it to nobody", async () => {
  const app = new App();
  const seen: unknown[] = [];
  app.get("/", ({ background }) => {
    background.addTask(() => tenant.enterWith("leaked"));
    background.addTask(() => void seen.push(tenant.getStore()));
  });
  await ask(app);
  await app.close();
  expect([seen, tenant.getStore()]).toEqual([[undefined], undefined]);
});
