import { App, HTTPException, depends } from "afterwork";
import { describe, expect, test } from "vitest";
import { MemoryLog } from "../base/memory-log.ts";
import { ask, type Answer } from "./ask.ts";

const events: unknown[] = [];

/** What a request gets whose handler throws `error`, with a generator around it. */
async function fail(generator: () => Generator | AsyncGenerator, error: unknown): Promise<Answer & { log: MemoryLog }> {
  events.length = 0;
  const log = new MemoryLog();
  const app = new App({ log });
  app.get("/", { session: depends(generator) }, () => {
    throw error;
  });
  return { ...(await ask(app)), log };
}

describe("a generator", () => {
  test("has the handler's error at its yield", async () => {
    const error = new HTTPException(409, "Taken");
    async function* session(): AsyncGenerator {
      try {
        yield 1;
        events.push("committed");
      } catch (caught) {
        events.push(caught === error);
        throw caught;
      } finally {
        events.push("released");
      }
    }
    expect(await fail(session, error)).toMatchObject({ status: 409, body: { detail: "Taken" } });
    expect(events).toEqual([true, "released"]);
  });

  test("may replace the error by another, which is the answer; both are told", async () => {
    function* session(): Generator {
      try {
        yield 1;
      } catch {
        throw new HTTPException(503, "Try later");
      }
    }
    const { status, body } = await fail(session, new Error("deadlock"));
    expect([status, body]).toEqual([503, { detail: "Try later" }]);
  });

  test("that replaces the error hands the new one to those that close after it", async () => {
    const app = new App();
    const seen: string[] = [];
    const outer = depends(async function* () {
      try {
        yield 1;
      } catch (error) {
        seen.push(String(error));
        throw error;
      }
    });
    const inner = depends({ outer }, async function* () {
      try {
        yield 1;
      } catch {
        throw new HTTPException(418, "Teapot");
      }
    });
    app.get("/", { inner }, () => {
      throw new Error("no coffee");
    });
    expect((await ask(app)).status).toBe(418);
    expect(seen).toEqual(["HTTPException: Teapot"]);
  });

  test("that swallows the error does not hide it", async () => {
    async function* session(): AsyncGenerator {
      try {
        yield 1;
      } catch {
        events.push("swallowed");
      }
    }
    const { status, log } = await fail(session, new Error("lost?"));
    expect([status, events]).toEqual([500, ["swallowed"]]);
    expect(log.lines).toMatchObject([{ level: "error", fields: { error: { message: "lost?" } } }]);
  });

  test("that swallows an error still lets the others see it", async () => {
    const app = new App();
    const seen: unknown[] = [];
    const outer = depends(function* () {
      try {
        yield 1;
      } catch (error) {
        seen.push(error);
        throw error;
      }
    });
    const inner = depends({ outer }, function* () {
      try {
        yield 1;
      } catch {}
    });
    const error = new HTTPException(400, "Bad");
    app.get("/", { inner }, () => {
      throw error;
    });
    expect((await ask(app)).status).toBe(400);
    expect(seen).toEqual([error]);
  });

  test.each([
    ["sync", () => (function* () {})()],
    ["async", () => (async function* () {})()],
  ])("(%s) that never yields fails the request and is named", async (_kind, generator) => {
    const log = new MemoryLog();
    const app = new App({ log });
    app.get("/", { session: depends(generator as () => Generator<number>) }, () => "never");
    expect((await ask(app)).status).toBe(500);
    expect(log.lines).toMatchObject([
      { fields: { error: { message: "the dependency session is a generator that ended without a yield" } } },
    ]);
  });

  test("that yields twice is ended, fails the request and is named", async () => {
    events.length = 0;
    const log = new MemoryLog();
    const app = new App({ log });
    const session = depends(function* () {
      try {
        yield 1;
        yield 2;
        events.push("went on");
      } finally {
        events.push("ended");
      }
    });
    app.get("/", { session }, ({ session }) => session);
    expect((await ask(app)).status).toBe(500);
    expect(events).toEqual(["ended"]);
    expect(log.lines).toMatchObject([
      { fields: { error: { message: "the dependency session is a generator that yields more than once" } } },
    ]);
  });

  test("that fails before its yield has nothing to close", async () => {
    events.length = 0;
    const app = new App();
    const session = depends(async function* () {
      if (events.length === 0) throw new HTTPException(503, "No connection");
      yield 1;
      events.push("closed");
    });
    app.get("/", { session }, () => "never");
    expect(await ask(app)).toMatchObject({ status: 503 });
    expect(events).toEqual([]);
  });

  test("may use await using for what it opens", async () => {
    events.length = 0;
    const app = new App();
    const session = depends(async function* () {
      await using connection = { name: "c", [Symbol.asyncDispose]: async () => void events.push("disposed") };
      yield connection.name;
      events.push("committed");
    });
    app.get("/", { session }, ({ session }) => session);
    expect(await ask(app)).toMatchObject({ body: "c" });
    expect(events).toEqual(["committed", "disposed"]);
  });

  test("of request scope sees the handler's error too, but only after the response", async () => {
    events.length = 0;
    const app = new App();
    const session = depends.request(async function* () {
      try {
        yield 1;
      } catch (error) {
        events.push(String(error));
      }
    });
    app.get("/", { session }, ({ background }) => {
      background.always.addTask(() => void events.push("task"));
      throw new HTTPException(404, "Gone");
    });
    expect((await ask(app)).status).toBe(404);
    await app.close();
    expect(events).toEqual(["task", "HTTPException: Gone"]);
  });

  test("of request scope never sees a task's error: what was acknowledged stays", async () => {
    events.length = 0;
    const app = new App({ log: new MemoryLog() });
    const session = depends.request(async function* () {
      yield 1;
      events.push("committed");
    });
    app.get("/", { session }, ({ background }) => {
      background.addTask(function breaks() {
        throw new Error("task");
      });
    });
    expect((await ask(app)).status).toBe(200);
    await app.close();
    expect(events).toEqual(["committed"]);
  });

  test("is not told of a status that was returned: that is no failure", async () => {
    events.length = 0;
    const app = new App();
    const session = depends(function* () {
      yield 1;
      events.push("committed");
    });
    app.get("/", { session }, () => new Response("no", { status: 500 }));
    expect((await ask(app)).status).toBe(500);
    expect(events).toEqual(["committed"]);
  });
});
