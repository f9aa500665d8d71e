import { App, DependencyCleanupError, HTTPException, depends } from "afterwork";
import { describe, expect, test } from "vitest";
import { Cleanup } from "../../src/dependencies/cleanup.ts";
import { MemoryLog } from "../base/memory-log.ts";
import { ask } from "./ask.ts";

const failing = (name: string, events: string[]) =>
  async function* () {
    yield name;
    events.push(name);
    throw new Error(`${name} can't be closed`);
  };

describe("clean-up", () => {
  test("goes in the reverse order of making, sync and async mixed", async () => {
    const events: string[] = [];
    const first = depends(function* () {
      yield 1;
      events.push("first");
    });
    const second = depends({ first }, async function* () {
      yield 2;
      await Promise.resolve();
      events.push("second");
    });
    const third = depends(
      { second },
      class {
        [Symbol.dispose](): void {
          events.push("third");
        }
      },
    );
    const app = new App();
    app.get("/", { third, first }, () => void events.push("handler"));
    await ask(app);
    expect(events).toEqual(["handler", "third", "second", "first"]);
  });

  test("that fails stops no other, is a 500, and every error is told", async () => {
    const events: string[] = [];
    const log = new MemoryLog();
    const app = new App({ log });
    const inputs = {
      quiet: depends(async function* () {
        try {
          yield "quiet";
        } finally {
          events.push("quiet");
        }
      }),
      one: depends(failing("one", events)),
      two: depends(failing("two", events)),
    };
    app.get("/", inputs, () => "fine");
    expect(await ask(app)).toMatchObject({ status: 500, body: { detail: "Internal Server Error" } });
    expect(events).toEqual(["two", "quiet"]);
    expect(log.lines).toHaveLength(1);
    expect(log.lines[0]?.fields).toMatchObject({ error: { message: "two can't be closed" } });
  });

  test("of several that fail by themselves is one error with all of them", async () => {
    const log = new MemoryLog();
    const closing = (name: string) =>
      class {
        [Symbol.asyncDispose](): Promise<void> {
          return Promise.reject(new Error(`${name} can't be closed`));
        }
      };
    const app = new App({ log });
    app.get("/", { one: depends(closing("one")), two: depends(closing("two")) }, () => "fine");
    expect((await ask(app)).status).toBe(500);
    const error = log.lines[0]?.fields?.["error"] as DependencyCleanupError;
    expect(error).toBeInstanceOf(DependencyCleanupError);
    expect(error.errors.map(String)).toEqual(["Error: two can't be closed", "Error: one can't be closed"]);
    expect(error.message).toBe("2 errors while dependencies were closed: two can't be closed; one can't be closed");
    expect(error.cause).toBe(error.errors[0]);
  });

  test("that fails drops the tasks of the request", async () => {
    const ran: string[] = [];
    const app = new App({ log: new MemoryLog() });
    const session = depends(async function* () {
      yield 1;
      throw new Error("the commit failed");
    });
    app.get("/", { session }, ({ background }) => {
      background.addTask(() => void ran.push("success"));
      background.onFailure.addTask(() => void ran.push("failure"));
    });
    expect((await ask(app)).status).toBe(500);
    await app.close();
    expect(ran).toEqual(["failure"]);
  });

  test("of what was made before something else could not be made happens, with that error", async () => {
    const events: string[] = [];
    const app = new App();
    const session = depends(function* () {
      try {
        yield 1;
      } catch (error) {
        events.push(String(error));
        throw error;
      }
    });
    const broken = depends({ session }, async () => {
      throw new HTTPException(503, "No stock");
    });
    app.get("/", { session, broken }, () => "never");
    expect(await ask(app)).toMatchObject({ status: 503, body: { detail: "No stock" } });
    expect(events).toEqual(["HTTPException: No stock"]);
  });

  test("of request scope that fails is logged, and the answer stands", async () => {
    const log = new MemoryLog();
    const app = new App({ log });
    app.get("/", { session: depends.request(failing("session", [])) }, () => "fine");
    expect(await ask(app)).toMatchObject({ status: 200, body: "fine" });
    await expect
      .poll(() => log.messages("error"))
      .toEqual(["GET /: request scope could not be closed after the response"]);
  });

  test("that throws nothing at all (undefined) is a failure like any other", async () => {
    const app = new App({ log: new MemoryLog() });
    const session = depends(function* () {
      yield 1;
      // oxlint-disable-next-line no-throw-literal
      throw undefined;
    });
    app.get("/", { session }, () => "fine");
    expect((await ask(app)).status).toBe(500);
  });
});

describe("a scope", () => {
  test("closes what it has once", async () => {
    const cleanup = new Cleanup();
    let ends = 0;
    cleanup.add({ label: "x", value: {}, end: () => void ends++ });
    await cleanup.close();
    await cleanup.close();
    expect(ends).toBe(1);
  });

  test("knows what it handed out, as long as it is open", async () => {
    const cleanup = new Cleanup();
    const value = {};
    cleanup.add({ label: "session", value, end: () => {} });
    expect([cleanup.ownerOf(value), cleanup.ownerOf({})]).toEqual(["session", undefined]);
    await cleanup.close();
    expect(cleanup.ownerOf(value)).toBeUndefined();
  });

  test("does not take two equal texts for the same object", () => {
    const cleanup = new Cleanup();
    cleanup.add({ label: "token", value: "abc", end: () => {} });
    cleanup.add({ label: "nothing", value: undefined, end: () => {} });
    expect([cleanup.ownerOf("abc"), cleanup.ownerOf(undefined)]).toEqual([undefined, undefined]);
  });
});
