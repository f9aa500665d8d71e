import { App, serve, type ServeOptions } from "afterwork";
import { TestClient, type TestClientOptions } from "afterwork/testing";
import { describe, expect, test } from "vitest";

import { makeGate } from "../behaviour/support/gate.ts";
import { badOptions, testRefusals } from "./support/refusals.ts";
import { startTrial } from "./support/trial.ts";

const listen = (options: ServeOptions): Promise<unknown> => serve(new App(), { signals: false, ...options });

describe("serve refuses", () => {
  testRefusals([
    ["no app", () => serve(undefined as never), "INVALID_OPTION", "serve: expected an app, got undefined"],
    ["null for the app", () => serve(null as never), "INVALID_OPTION", "serve: expected an app, got null"],
    [
      "a function for the app",
      () => serve((() => {}) as never),
      "INVALID_OPTION",
      "serve: expected an app, got a function",
    ],
    [
      "what has fetch only",
      () => serve({ fetch: () => new Response() } as never),
      "INVALID_OPTION",
      "serve: expected an app, got an object",
    ],
    [
      "null for its options",
      () => serve(new App(), null as never),
      "INVALID_OPTION",
      "the options of serve: expected an object, got null",
    ],
    [
      "a port for its options",
      () => serve(new App(), 8000 as never),
      "INVALID_OPTION",
      "the options of serve: expected an object, got 8000",
    ],
    ...badOptions("serve", listen, [
      ["port", -1, "serve: port: expected a whole number from 0 to 65535, got -1"],
      ["port", 65_536, "got 65536"],
      ["port", "8000", 'got "8000"'],
      ["port", Number.NaN, "got NaN"],
      ["port", 80.5, "got 80.5"],
      ["port", null, "got null"],
      ["hostname", "", 'serve: hostname: expected a string that is not empty, got ""'],
      ["hostname", 127, "got 127"],
      ["signals", "no", 'serve: signals: expected true or false, got "no"'],
      ["signals", 0, "got 0"],
      ["socketLimit", 0, "serve: socketLimit: expected a whole number of at least 1, got 0"],
      ["socketLimit", Infinity, "got Infinity"],
      ["socketLimit", "1mb", 'got "1mb"'],
      ["host", "127.0.0.1", 'serve has no option "host"'],
      ["prot", 8000, 'serve has no option "prot"; did you mean "port"?'],
    ]),
  ]);

  test("a port that is taken, by a rejection, and the app may be served on another", async () => {
    const trial = await startTrial(() => {});
    const app = new App().get("/", () => "second");
    const taken = serve(app, { port: trial.port, hostname: "127.0.0.1", signals: false });
    await expect(taken).rejects.toMatchObject({
      code: "LISTEN_FAILED",
      message: expect.stringContaining(`port ${trial.port} can't be had`) as string,
    });
    const server = await serve(app, { port: 0, hostname: "127.0.0.1", signals: false });
    expect(await (await fetch(server.url)).json()).toBe("second");
    await server.close();
    await trial.expectUntouched();
  });
});

test("a drain longer than any timer can wait does not cut requests off", async () => {
  const entered = makeGate();
  const left = makeGate();
  const app = new App({ shutdown: { drain: "30d" } }).get("/", async () => {
    entered.open();
    await left.passed;
    return "finished";
  });
  const server = await serve(app, { port: 0, hostname: "127.0.0.1", signals: false });
  const answer = fetch(server.url);
  await entered.passed;
  const closing = server.close();
  await new Promise((resolve) => void setTimeout(resolve, 50));
  left.open();
  expect(await (await answer).json()).toBe("finished");
  expect(await closing).toEqual([]);
});

describe("a test client refuses", () => {
  const app = new App().get("/", () => "x").post("/", () => "y");
  const client = new TestClient(app);
  testRefusals([
    [
      "no app",
      () => new TestClient(undefined as never),
      "INVALID_OPTION",
      "TestClient: expected an app, got undefined",
    ],
    [
      "what is no app",
      () => new TestClient({} as never),
      "INVALID_OPTION",
      "TestClient: expected an app, got an object",
    ],
    [
      "null for its options",
      () => new TestClient(app, null as never),
      "INVALID_OPTION",
      "the options of TestClient: expected an object, got null",
    ],
    ...badOptions("TestClient", (options: TestClientOptions) => new TestClient(app, options), [
      ["mode", "dry", 'TestClient: mode: expected "run" or "record" or "skip", got "dry"'],
      ["mode", null, "got null"],
      ["raiseTaskErrors", "no", 'TestClient: raiseTaskErrors: expected true or false, got "no"'],
      ["raiseServerErrors", 0, "TestClient: raiseServerErrors: expected true or false, got 0"],
      ["headers", "x", 'TestClient: headers: expected an object, got "x"'],
      ["headers", null, "TestClient: headers: expected an object, got null"],
      ["raiseErrors", true, 'TestClient has no option "raiseErrors"'],
      ["header", {}, 'TestClient has no option "header"; did you mean "headers"?'],
    ]),
    [
      "a path without a slash",
      () => client.get("x"),
      "INVALID_OPTION",
      'GET: path: expected a path that begins with "/", got "x"',
    ],
    ["a path that is none", () => client.get(5 as never), "INVALID_OPTION", "got 5"],
    ["a whole URL", () => client.get("http://x/"), "INVALID_OPTION", 'got "http://x/"'],
    [
      "a path to another host",
      () => client.get("//other/"),
      "INVALID_OPTION",
      'GET: path: expected a path that begins with "/"',
    ],
    [
      "null for a request",
      () => client.get("/", null as never),
      "INVALID_OPTION",
      "the options of GET /: expected an object, got null",
    ],
    [
      "two bodies",
      () => client.post("/", { json: 1, form: {} }),
      "INVALID_OPTION",
      'the body of a test request: expected one of json, form and body, got "json and form"',
    ],
    ...badOptions("post", (init) => client.post("/", init), [
      ["jsn", {}, 'POST / has no option "jsn"; did you mean "json"?'],
      ["data", {}, 'POST / has no option "data"'],
      ["headers", "x", 'POST /: headers: expected an object, got "x"'],
      ["query", "a=1", 'POST /: query: expected an object, got "a=1"'],
      ["form", "a=1", 'POST /: form: expected an object, got "a=1"'],
      ["signal", {}, "POST /: signal: expected an AbortSignal, got an object"],
    ]),
    ["a socket with a body", () => client.ws("/", { json: 1 } as never), "INVALID_OPTION", 'ws / has no option "json"'],
    [
      "a socket without a slash",
      () => client.ws("x"),
      "INVALID_OPTION",
      'expected a path that begins with "/", got "x"',
    ],
  ]);

  test("a handshake at a route for GET, with its status", async () => {
    await expect(client.ws("/")).rejects.toMatchObject({ name: "SocketRefusedError", response: { status: 400 } });
  });
});
