import { AsyncLocalStorage } from "node:async_hooks";

import { App, depends, query, task, type BackgroundTasks } from "afterwork";
import { describe, expect, test } from "vitest";

import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";

const current = new AsyncLocalStorage<string>();

/** Serves one handler to requests that run at the same time; returns what their tasks noted, sorted. */
async function askAll(
  ids: readonly string[],
  handler: (id: string, background: BackgroundTasks, note: (kind: string) => void) => unknown,
): Promise<string[]> {
  const notes: string[] = [];
  const app = new App().get("/", { id: query() }, ({ id, background }) =>
    handler(id, background, (kind) => void notes.push(`${id} ${kind}: ${current.getStore()}`)),
  );
  const server = await listen(app);
  await Promise.all(ids.map(async (id) => (await fetch(`${server.url}/?id=${id}`)).text()));
  await server.close();
  return notes.toSorted();
}

describe("22: AsyncLocalStorage set in the handler is seen in its tasks, and in no other request's", () => {
  test("by enterWith, in sync, async, nested and concurrent tasks", async () => {
    const ids = Array.from({ length: 20 }, (_, index) => `r${index}`);
    const notes = await askAll(ids, async (id, background, note) => {
      await new Promise(setImmediate);
      current.enterWith(id);
      background.addTask(() => note("sync"));
      background.addTask(async () => {
        await new Promise(setImmediate);
        note("async");
        background.addTask(() => note("nested"));
      });
      background.concurrent().addTask(async () => note("concurrent"));
    });
    const kinds = ["async", "concurrent", "nested", "sync"];
    expect(notes).toEqual(ids.flatMap((id) => kinds.map((kind) => `${id} ${kind}: ${id}`)).toSorted());
  });

  test("by run: what is set at the call of addTask counts", async () => {
    const notes = await askAll(["a"], (id, background, note) => {
      background.addTask(() => note("outside"));
      current.run(`${id} outer`, () => {
        background.addTask(() => note("outer"));
        current.run(`${id} inner`, () => background.addTask(async () => note("inner")));
      });
      background.always.addTask(() => note("outside again"));
    });
    expect(notes).toEqual([
      "a inner: a inner",
      "a outer: a outer",
      "a outside again: undefined",
      "a outside: undefined",
    ]);
  });

  test("in every attempt of a task, and in its dependencies and their clean-up", async () => {
    const seen: string[] = [];
    const see = (what: string): void => void seen.push(`${what}: ${current.getStore()}`);
    const session = depends(async function* () {
      see("open");
      yield "session";
      see("close");
    });
    const work = task("work", { deps: { session }, retries: 1, backoff: 1 }, async ({ attempt }) => {
      see(`attempt ${attempt}`);
      if (attempt === 1) throw new Error("again");
    });
    await askAll(["a"], (id, background) => current.run(id, () => void background.addTask(work)));
    expect(seen).toEqual(["open: a", "attempt 1: a", "open: a", "attempt 2: a", "close: a"]);
  });

  test("in tasks added late, and in the clean-up of request scope", async () => {
    const seen: string[] = [];
    const session = depends.request(async function* () {
      yield "session";
      seen.push(`clean-up: ${current.getStore()}`);
    });
    const ran = makeGate();
    const app = new App()
      .use((_context, next) => current.run("of the middleware", next))
      .get("/", { session }, ({ background }) => {
        background.addTask(() => {
          seen.push(`task: ${current.getStore()}`);
          setImmediate(() => {
            background.addTask(() => {
              seen.push(`late: ${current.getStore()}`);
              ran.open();
            });
          });
        });
      });
    const server = await listen(app);
    await fetch(server.url);
    await ran.passed;
    await server.close();
    expect(seen.toSorted()).toEqual([
      "clean-up: of the middleware",
      "late: of the middleware",
      "task: of the middleware",
    ]);
  });

  test("nothing is left in the connection: the next request on it starts empty", async () => {
    const seen: (string | undefined)[] = [];
    const app = new App().get("/", ({ background }) => {
      seen.push(current.getStore());
      current.enterWith("left over");
      background.addTask(async () => {});
    });
    const { url } = await listen(app);
    for (let count = 0; count < 5; count += 1) await (await fetch(url)).text();
    expect(seen).toEqual([undefined, undefined, undefined, undefined, undefined]);
  });
});
