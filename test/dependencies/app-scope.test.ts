import { App, depends, serve, task, type AppOptions } from "afterwork";
import { describe, expect, test } from "vitest";
import { MemoryLog } from "../base/memory-log.ts";
import { ask } from "./ask.ts";

function openApp(options: AppOptions = {}): { app: App; log: MemoryLog } {
  const log = new MemoryLog();
  return { app: new App({ log, ...options }), log };
}

describe("a dependency of app scope", () => {
  test("is made once for all requests and tasks, and is the same for all", async () => {
    let made = 0;
    const pool = depends.app(async () => ({ number: await Promise.resolve(++made) }));
    const seen: number[] = [];
    const work = task("work", { deps: { pool } }, ({ pool }) => void seen.push(pool.number));
    const { app } = openApp();
    app.get("/", { pool }, ({ pool, background }) => {
      background.addTask(work);
      return pool.number;
    });
    expect((await ask(app)).body).toBe(1);
    expect((await ask(app)).body).toBe(1);
    await app.close();
    expect([seen, made]).toEqual([[1, 1], 1]);
  });

  test("is made once however many requests ask while it is being made", async () => {
    const release = Promise.withResolvers<void>();
    let made = 0;
    const pool = depends.app(async () => {
      made += 1;
      await release.promise;
      return made;
    });
    const { app } = openApp();
    app.get("/", { pool, top: depends({ pool }, ({ pool }) => pool) }, ({ pool }) => pool);
    const asked = Array.from({ length: 50 }, () => ask(app));
    await expect.poll(() => made).toBe(1);
    release.resolve();
    expect(new Set((await Promise.all(asked)).map(({ body }) => body))).toEqual(new Set([1]));
    expect(made).toBe(1);
  });

  test("is made before the server listens", async () => {
    const events: string[] = [];
    const settings = depends.app(() => void events.push("settings"));
    const pool = depends.app({ settings }, async () => void events.push("pool"));
    const { app } = openApp();
    app.get("/", { nested: depends({ pool }, () => "x") }, () => "ok");
    await using server = await serve(app, { port: 0, signals: false });
    expect(events).toEqual(["settings", "pool"]);
    expect((await fetch(server.url)).status).toBe(200);
    expect(events).toHaveLength(2);
  });

  test("that can't be made fails the start, and is tried again at the next", async () => {
    let tries = 0;
    const pool = depends.app(async () => {
      if (++tries === 1) throw new Error("the database is not up yet");
      return "pool";
    });
    const { app } = openApp();
    app.get("/", { pool }, ({ pool }) => pool);
    await expect(serve(app, { port: 0, signals: false })).rejects.toThrow("the database is not up yet");
    expect(app.ready).toBe(false);
    await using server = await serve(app, { port: 0, signals: false });
    expect(await (await fetch(server.url)).json()).toBe("pool");
    expect([tries, app.ready]).toEqual([2, true]);
  });

  test("that can't be made fails all who wait for it, once each, and is tried again later", async () => {
    let tries = 0;
    const pool = depends.app(async () => {
      if (++tries === 1) throw new Error("not yet");
      return "pool";
    });
    const { app, log } = openApp();
    app.get("/", { pool }, ({ pool }) => pool);
    const first = await Promise.all([ask(app), ask(app)]);
    expect(first.map(({ status }) => status)).toEqual([500, 500]);
    expect([tries, log.lines.length]).toEqual([1, 2]);
    expect(await ask(app)).toMatchObject({ status: 200, body: "pool" });
  });

  test("has log and signal, and nothing of a request", async () => {
    const { app, log } = openApp();
    const keys = depends.app((context) => {
      context.log.info("making");
      return [Object.keys(context).toSorted(), context.signal.aborted];
    });
    app.get("/", { keys }, ({ keys }) => keys);
    expect((await ask(app)).body).toEqual([["log", "signal"], false]);
    expect(log.messages("info")).toEqual(["making"]);
  });

  test("may be a class, which is disposed at the end", async () => {
    const events: string[] = [];
    class Pool {
      async [Symbol.asyncDispose](): Promise<void> {
        events.push("closed");
      }
    }
    const { app } = openApp();
    app.get("/", { pool: depends.app(Pool) }, ({ pool }) => pool instanceof Pool);
    expect((await ask(app)).body).toBe(true);
    expect(events).toEqual([]);
    await app.close();
    expect(events).toEqual(["closed"]);
  });
});

describe("the end of the app scope", () => {
  test("aborts the signal, then closes in the reverse order of making", async () => {
    const events: string[] = [];
    const generator = (name: string) =>
      async function* ({ signal }: { signal: AbortSignal }) {
        yield name;
        events.push(`${name} ${signal.aborted}`);
      };
    const settings = depends.app(generator("settings"));
    const pool = depends.app({ settings }, generator("pool"));
    const cache = depends.app({ pool }, generator("cache"));
    const { app } = openApp();
    app.get("/", { cache, settings }, () => "ok");
    await app.start();
    await Promise.all([app.close(), app.close()]);
    expect(events).toEqual(["cache true", "pool true", "settings true"]);
  });

  test("comes after the tasks have been drained", async () => {
    const events: string[] = [];
    const pool = depends.app(function* () {
      yield 1;
      events.push("pool closed");
    });
    const { app } = openApp();
    app.get("/", { pool }, ({ background }) => {
      background.addTask(async () => {
        await Promise.resolve();
        events.push("task");
      });
    });
    await ask(app);
    await app.close();
    expect(events).toEqual(["task", "pool closed"]);
  });

  test("goes on after a clean-up that fails, and logs it", async () => {
    const events: string[] = [];
    const first = depends.app(function* () {
      yield 1;
      events.push("first closed");
    });
    const second = depends.app({ first }, async function* () {
      yield 2;
      throw new Error("second can't be closed");
    });
    const { app, log } = openApp();
    app.get("/", { second }, () => "ok");
    await app.start();
    expect(await app.close()).toEqual([]);
    expect(events).toEqual([]);
    expect(log.lines).toMatchObject([
      { message: "app scope could not be closed", fields: { error: { message: "second can't be closed" } } },
    ]);
  });

  test("tells what is still being made to give up, and waits for it", async () => {
    const started = Promise.withResolvers<void>();
    const pool = depends.app(async ({ signal }) => {
      started.resolve();
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("gave up"))));
    });
    const { app } = openApp();
    app.get("/", { pool }, () => "never");
    const asked = ask(app);
    await started.promise;
    await app.close();
    expect((await asked).status).toBe(500);
  });

  test("closes what was finished only while it was closing", async () => {
    const [started, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const events: string[] = [];
    const pool = depends.app(async function* () {
      started.resolve();
      await release.promise;
      yield 1;
      events.push("closed");
    });
    const { app } = openApp();
    app.get("/", { pool }, () => "ok");
    const asked = ask(app);
    await started.promise;
    const closed = app.close();
    release.resolve();
    await Promise.all([asked, closed]);
    expect(events).toEqual(["closed"]);
  });

  test("gives nothing out any more, neither new nor known", async () => {
    const { app, log } = openApp();
    app.get("/known", { pool: depends.app(() => 1) }, () => "ok");
    const lazy = depends.app(() => 2);
    const work = task("work", { deps: { lazy } }, () => {});
    app.get("/plain", ({ background }) => void background.addTask(work));
    await app.start();
    await app.close();
    expect((await ask(app, "/known")).status).toBe(500);
    await ask(app, "/plain");
    await expect.poll(() => log.lines).toHaveLength(2);
    expect(log.lines).toMatchObject([
      { fields: { error: { code: "APP_CLOSED" } } },
      { fields: { error: { code: "APP_CLOSED" } } },
    ]);
  });
});
