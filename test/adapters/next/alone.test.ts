import { depends, int, path, query, type Log } from "afterwork";
import { afterwork, type NextAdapter } from "afterwork/next";
import { TestClient } from "afterwork/testing";
import type { NextRequest } from "next/server.js";
import { expect, expectTypeOf, onTestFinished, test } from "vitest";

import { Notes } from "../notes.ts";
import { storedTask, SwitchedEngine } from "../switched-engine.ts";

const silent: Log = { error() {}, warn() {}, info() {}, debug() {} };

function make(engine?: SwitchedEngine): NextAdapter {
  const work = afterwork({ log: silent, ...(engine === undefined ? {} : { engine, work: false }) });
  onTestFinished(async () => void (await work.close()));
  return work;
}

function request(path: string): NextRequest {
  return new Request(`http://site${path}`) as NextRequest;
}

const context = { params: Promise.resolve({ id: "7", slug: ["a", "b"] }) };

test("a handler that a test calls without Next runs its tasks when it has ended", async () => {
  const notes = new Notes();
  const work = make();
  const GET = work.route(async (_request, { background }) => {
    background.addTask(() => notes.add("task"));
    notes.add("handler");
    return Response.json({ ok: true });
  });
  expect(await (await GET(request("/"), context)).json()).toEqual({ ok: true });
  await work.idle();
  expect(notes.lines).toEqual(["handler", "task"]);
});

test("a test client calls route handlers, which have no parameters then unless the test says them", async () => {
  const work = make();
  const GET = work.route(async (_request, { params, background }) => {
    background.addTask(function count() {});
    return Response.json(await params);
  });
  const POST = work.inject({ id: path(int) }, { status: 201 }, ({ id }) => id);
  await using get = new TestClient(work, { target: { fetch: GET } });
  expect((await get.get("/")).json()).toEqual({});
  expect(get.tasks).toMatchObject([{ name: "count", status: "succeeded" }]);
  await using post = new TestClient(work, { target: { fetch: POST } });
  expect((await post.post("/")).status).toBe(422);
  const withId = (sent: Request): Promise<Response> => POST(sent as NextRequest, context);
  await using told = new TestClient(work, { target: { fetch: withId } });
  expect((await told.post("/")).json()).toBe(7);
});

test("parts of the path are those of Next, a list for a catch-all", async () => {
  const GET = make().inject({ id: path(int), slug: path(), tags: query.all("tag") }, ({ id, slug, tags }) => {
    expectTypeOf(id).toEqualTypeOf<number>();
    return { id, slug, tags };
  });
  const response = await GET(request("/?tag=x&tag=y"), context);
  expect(await response.json()).toEqual({ id: 7, slug: "a/b", tags: ["x", "y"] });
});

test("when the store is down, 503 is answered in the place of the response", async () => {
  const engine = new SwitchedEngine();
  engine.isDown = true;
  const GET = make(engine).route((_request, { background }) => {
    background.addTask(storedTask);
    return new Response("said too early", { headers: { "x-user": "set" } });
  });
  const response = await GET(request("/"), context);
  expect([response.status, await response.text()]).toEqual([503, '{"detail":"Service Unavailable"}']);
  expect([response.headers.get("retry-after"), response.headers.get("x-user")]).toEqual(["1", null]);
});

test("an attempt to render that Next gives up leaves no task behind", async () => {
  const notes = new Notes();
  const work = make();
  const GET = work.route((_request, { background }) => {
    background.always.addTask(() => notes.add("task"));
    throw Object.assign(new Error("a static page asked for cookies"), { digest: "DYNAMIC_SERVER_USAGE" });
  });
  await expect(GET(request("/"), context)).rejects.toThrow("a static page asked for cookies");
  await work.idle();
  expect(notes.lines).toEqual([]);
});

test("what is of app scope opens with the first request", async () => {
  const notes = new Notes();
  const pool = depends.app(function pool() {
    notes.add("opens");
    return {};
  });
  const work = make();
  const GET = work.inject({ pool }, () => notes.add("handler"));
  await GET(request("/"), context);
  await GET(request("/"), context);
  expect(notes.lines).toEqual(["opens", "handler", "handler"]);
});

test("a setting that fails is thrown by every request until it is right", async () => {
  let isRight = false;
  const setting = depends.app(function setting() {
    if (!isRight) throw new Error("no setting");
    return "set";
  });
  const GET = make().inject({ setting }, ({ setting }) => setting);
  await expect(GET(request("/"), context)).rejects.toThrow("no setting");
  isRight = true;
  expect(await (await GET(request("/"), context)).json()).toBe("set");
});

test("what is no handler is refused where it is defined", () => {
  const work = make();
  expect(() => work.route("GET" as never)).toThrow('route: expected a function, got "GET"');
  expect(() => work.inject({ id: 7 as never }, () => {})).toThrow("id: expected a dependency");
  expect(() => work.action({ id: path(int) } as never, undefined as never)).toThrow("expected (handler)");
  expect(() => afterwork({ engin: undefined } as never)).toThrow('did you mean "engine"?');
});

test("an option of attach that does not exist is refused", async () => {
  await expect(make().attach({ signal: false } as never)).rejects.toThrow("attach has no option");
});

test("a server action that a test calls without Next throws what Next says", async () => {
  const signUp = make().action(({ background }, name: string) => {
    background.addTask(() => {});
    return name.length;
  });
  expectTypeOf(signUp).toEqualTypeOf<(name: string) => Promise<number>>();
  await expect(signUp("Ada")).rejects.toThrow("outside a request scope");
});
