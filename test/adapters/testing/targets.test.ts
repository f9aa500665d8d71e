import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { App, Engine, HTTPException, memory, query, task } from "afterwork";
import { afterwork, type NodeAdapter, type WorkingListener } from "afterwork/node";
import { TestClient, type AdapterTestOptions, type TestTarget } from "afterwork/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";

import { makeGate } from "../../behaviour/support/gate.ts";
import { MemoryLog } from "../../base/memory-log.ts";

function open(handle: WorkingListener, options: Omit<AdapterTestOptions, "target"> = {}): TestClient {
  const work = afterwork({ log: new MemoryLog() });
  return clientOf(work, { ...options, target: work.listener(handle) });
}

function clientOf(work: NodeAdapter, options: AdapterTestOptions): TestClient {
  const client = new TestClient(work, options);
  onTestFinished(() => client.close());
  return client;
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("the target of a test client", () => {
  test("may be the URL of a server in this process, with a path before all paths", async () => {
    const work = afterwork();
    const seen: (string | undefined)[] = [];
    const server = createServer(
      work.listener(({ url, background }, response) => {
        background.addTask(() => void seen.push(url));
        response.end();
      }),
    );
    const url = await listening(server);
    for (const target of [url, new URL(`${url}/api/`)]) {
      const client = clientOf(work, { target });
      await client.get("/users", { query: { page: 2 } });
      expect(client.tasks.map(({ status }) => status)).toEqual(["succeeded"]);
    }
    expect(seen).toEqual(["/users?page=2", "/api/users?page=2"]);
  });

  test("may be a server that is open, and stays so", async () => {
    const work = afterwork();
    const server = createServer(work.listener((_request, response) => void response.end("here")));
    const url = await listening(server);
    const client = new TestClient(work, { target: server });
    expect((await client.get("/")).text()).toBe("here");
    await client.close();
    expect(await (await fetch(url)).text()).toBe("here");
  });

  test("may be whatever has fetch, which sees the very request", async () => {
    const work = afterwork();
    const target = { fetch: ({ method, url }: Request) => Response.json({ method, url }) };
    const client = clientOf(work, { target });
    const seen = await client.put("/a", { query: { b: "c" } });
    expect(seen.json()).toEqual({ method: "PUT", url: "http://testserver/a?b=c" });
  });

  test("that has no listener for requests says so", async () => {
    const client = clientOf(afterwork(), { target: createServer() });
    const response = await client.get("/");
    expect([response.status, response.text()]).toEqual([501, expect.stringContaining("no listener for requests")]);
  });

  const badTargets: readonly (readonly [string, unknown, string])[] = [
    ["nothing", undefined, "TestClient: target: expected an object with fetch, a listener"],
    ["the function fetch of an app", (_request: Request) => new Response(), "a listener (request, response), a server"],
    ["a port", 8000, "got 8000"],
    ["a path", "/api", 'got "/api"'],
    ["the URL of a file", new URL("file:///tmp"), "got an object of class URL"],
  ];
  test.each(badTargets)("can't be %s", (_name, target, message) => {
    expect(() => new TestClient(afterwork(), { target: target as TestTarget })).toThrow(message);
  });

  test("is none of an app's, and must be there for an adapter", () => {
    expect(() => new TestClient(new App(), { target: "http://localhost" } as object)).toThrow('no option "target"');
    expect(() => new TestClient(afterwork() as never)).toThrow("TestClient: target: expected");
  });
});

describe("a client on a socket", () => {
  test("sends what an app's client sends, follows no redirects, keeps cookies and asks for no compression", async () => {
    const client = open(async (request, response) => {
      if (request.url === "/login") {
        response.writeHead(303, { location: "/home", "set-cookie": "session=1; HttpOnly" });
        return response.end();
      }
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const { cookie, "content-type": type, "content-length": length, "accept-encoding": encoding } = request.headers;
      return response.end(JSON.stringify({ cookie, type, length, encoding, body }));
    });
    const login = await client.post("/login");
    expect([login.status, login.headers.get("location")]).toEqual([303, "/home"]);
    expect((await client.post("/", { json: { a: 1 } })).json()).toEqual({
      cookie: "session=1",
      type: "application/json",
      length: "7",
      encoding: "identity",
      body: '{"a":1}',
    });
  });

  test("has the tasks of a stream run when its end is told, however much was read", async () => {
    const steps: string[] = [];
    const client = open(({ background }, response) => {
      background.addTask(() => void steps.push("task"));
      response.write("one ");
    });
    const { response, done } = await client.stream("GET", "/");
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toBe("one ");
    expect(steps).toEqual([]);
    await done();
    expect(steps).toEqual(["task"]);
  });

  test("that goes away leaves the handler to its work; settled waits for that", async () => {
    const [hasBegun, mayEnd] = [makeGate(), makeGate()];
    const steps: string[] = [];
    const client = open(async ({ background }, response) => {
      background.addTask(() => void steps.push("task"));
      hasBegun.open();
      await mayEnd.passed;
      response.end();
    });
    const leaving = new AbortController();
    const answer = client.get("/", { signal: leaving.signal });
    await hasBegun.passed;
    leaving.abort(new Error("gone"));
    await expect(answer).rejects.toThrow("gone");
    expect(steps).toEqual([]);
    mayEnd.open();
    await client.settled();
    expect(steps).toEqual(["task"]);
  });

  test("that is closed ends the streams that were left open, and waits for their tasks", async () => {
    const steps: string[] = [];
    const client = open(({ background }, response) => {
      background.addTask(() => void steps.push("task"));
      response.write("for ever");
    });
    await client.stream("GET", "/");
    await client.close();
    expect(steps).toEqual(["task"]);
  });

  test("throws the error that broke off a response, before its head and after", async () => {
    const client = open(({ url }, response) => {
      if (url === "/late") response.write("half of it");
      else response.destroy(new RangeError("cut off"));
      if (url === "/late") throw new RangeError("cut off");
    });
    await expect(client.get("/early")).rejects.toThrow(RangeError);
    await expect(client.get("/late")).rejects.toThrow(RangeError);
  });

  test("knows a task that is added when the response has been read", async () => {
    const hasRead = makeGate();
    const client = open(async ({ background }, response) => {
      response.end("read me");
      await hasRead.passed;
      background.addTask(function late() {});
    });
    const answer = client.get("/");
    setImmediate(hasRead.open);
    await answer;
    expect(client.tasks.map(({ name, status }) => `${name} ${status}`)).toEqual(["late succeeded"]);
  });

  test("is not fooled by a test that puts something in the place of fetch", async () => {
    vi.stubGlobal("fetch", () => Promise.reject(new Error("no network in tests")));
    onTestFinished(() => void vi.unstubAllGlobals());
    const client = open((_request, response) => void response.end("here"));
    expect((await client.get("/")).text()).toBe("here");
  });

  test("has no WebSockets", async () => {
    const client = open(() => {});
    await expect(client.ws("/")).rejects.toThrow(
      "client.ws: expected a client of an app, got an object of class NodeAdapter",
    );
  });
});

describe("errors of injected handlers", () => {
  test("are thrown once if nobody has foreseen them, and are responses otherwise", async () => {
    const work = afterwork({ log: new MemoryLog() });
    work.onError(SyntaxError, () => ({ known: true }));
    const target = work.inject({ kind: query() }, ({ kind }) => {
      if (kind === "http") throw new HTTPException(409, "taken");
      if (kind === "known") throw new SyntaxError();
      throw new RangeError("unforeseen");
    });
    const client = clientOf(work, { target });
    expect((await client.get("/", { query: { kind: "http" } })).status).toBe(409);
    expect((await client.get("/")).status).toBe(422);
    expect((await client.get("/", { query: { kind: "known" } })).json()).toEqual({ known: true });
    await expect(client.get("/", { query: { kind: "other" } })).rejects.toThrow(RangeError);
  });
});

describe("durable tasks of a framework that starts its worker by itself", () => {
  const wait = task("wait", { durable: true }, () => {});

  function working(): { readonly work: NodeAdapter; readonly target: TestTarget } {
    const log = new MemoryLog();
    const engine = new Engine({ store: memory(), tasks: [wait], log });
    const work = afterwork({ engine, log });
    onTestFinished(() => void work.close());
    const target = work.listener(({ background }, response) => {
      background.addTask(wait);
      response.end();
    });
    return { work, target };
  }

  test("are left to the client that was made before", async () => {
    const { work, target } = working();
    const client = clientOf(work, { target, mode: "record" });
    await work.start();
    await client.post("/");
    expect((await client.jobs()).map(({ status }) => status)).toEqual(["queued"]);
    expect(await client.drain()).toBe(1);
  });

  test("are the worker's when it was there first, and a client says what to do", async () => {
    const { work, target } = working();
    await work.start();
    expect(() => new TestClient(work, { target })).toThrow("make the client before it does");
    const client = clientOf(work, { target, store: "own" });
    await client.post("/");
    expect(client.tasks.map(({ name }) => name)).toEqual(["wait"]);
  });
});
