import { App, HTTPException } from "afterwork";
import type { MiddlewareHandler } from "hono";
import { compress } from "hono/compress";
import { cors } from "hono/cors";
import { etag } from "hono/etag";
import { logger } from "hono/logger";
import { prettyJSON } from "hono/pretty-json";
import { requestId } from "hono/request-id";
import { secureHeaders } from "hono/secure-headers";
import { timeout } from "hono/timeout";
import { endTime, startTime, timing } from "hono/timing";
import { describe, expect, test } from "vitest";

import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";
import { isWritten, keepWires, type Wire } from "./support/outgoing.ts";
import { RawConnection } from "./support/raw-connection.ts";

/** Adds a header by making the response anew. */
const remake: MiddlewareHandler = async (context, next) => {
  await next();
  const headers = new Headers(context.res.headers);
  headers.set("x-remade", "yes");
  context.res = new Response(context.res.body, { status: context.res.status, headers });
};

/** Passes the body on chunk by chunk. */
const wrapBody: MiddlewareHandler = async (context, next) => {
  await next();
  context.res = new Response(context.res.body?.pipeThrough(new TransformStream()), context.res);
};

const timed: MiddlewareHandler = async (context, next) => {
  startTime(context, "handler");
  await next();
  endTime(context, "handler");
};

/** Each with the header by which it is seen to have worked. */
const middlewares: readonly [name: string, header: string, ...middleware: MiddlewareHandler[]][] = [
  ["none", "content-type"],
  ["compress", "content-encoding", compress()],
  ["cors", "access-control-allow-origin", cors()],
  ["etag", "etag", etag()],
  ["logger", "content-type", logger(() => {})],
  ["timing", "server-timing", timing(), timed],
  ["secureHeaders", "x-frame-options", secureHeaders()],
  ["requestId", "x-request-id", requestId()],
  ["prettyJSON", "content-type", prettyJSON({ force: true })],
  ["timeout", "content-type", timeout(5_000)],
  ["one that makes the response anew", "x-remade", remake],
  ["one that wraps the body", "content-type", wrapBody],
  ["all of them", "content-encoding", compress(), cors(), etag(), logger(() => {}), timing(), secureHeaders(), remake],
];

function appBehind(middleware: readonly MiddlewareHandler[], wires: Wire[]): App {
  const app = new App().use(keepWires(wires));
  for (const one of middleware) app.use(one);
  return app;
}

describe.each(middlewares)("2: behind middleware (%s)", (_name, header, ...middleware) => {
  test("the task runs after the last byte, and the next request on the connection is not delayed", async () => {
    const wires: Wire[] = [];
    const [started, mayEnd, ended] = [makeGate(), makeGate(), makeGate()];
    let allWritten = false;
    const app = appBehind(middleware, wires)
      .get("/task", ({ background }) => {
        background.addTask(async () => {
          allWritten = isWritten(wires[0] as Wire);
          started.open();
          await mayEnd.passed;
          ended.open();
        });
        return { text: "x".repeat(5_000) };
      })
      .get("/next", () => "next");
    const { port } = await listen(app);
    const connection = await RawConnection.open(port);
    const first = await connection
      .request("GET", "/task", { "accept-encoding": "gzip", origin: "http://a" })
      .response();
    expect(first.status).toBe(200);
    expect([...first.headers.keys()]).toContain(header);
    await started.passed;
    expect(allWritten).toBe(true);
    const next = await connection.request("GET", "/next").response();
    expect(next).toMatchObject({ status: 200, body: '"next"' });
    expect(ended.isOpen).toBe(false);
    mayEnd.open();
    await ended.passed;
  });

  test("a streamed body is complete before the task runs", async () => {
    const wires: Wire[] = [];
    const ran = makeGate();
    let allWritten = false;
    const app = appBehind(middleware, wires).get("/", ({ background }) => {
      background.addTask(() => {
        allWritten = isWritten(wires[0] as Wire);
        ran.open();
      });
      return (async function* () {
        for (let id = 0; id < 3; id += 1) yield { id };
      })();
    });
    const { url } = await listen(app);
    expect(await (await fetch(url)).text()).toBe('{"id":0}\n{"id":1}\n{"id":2}\n');
    await ran.passed;
    expect(allWritten).toBe(true);
  });
});

describe("2: a middleware that puts another response in the place of the handler's", () => {
  test("304 by an etag: the task runs all the same", async () => {
    const tags: string[] = [];
    const app = new App().use(etag()).get("/", ({ background }) => {
      background.addTask(() => void tags.push("ran"));
      return "same";
    });
    const server = await listen(app);
    const first = await fetch(server.url);
    const tag = first.headers.get("etag") ?? "";
    const second = await fetch(server.url, { headers: { "if-none-match": tag } });
    expect([first.status, second.status]).toEqual([200, 304]);
    await server.close();
    expect(tags).toEqual(["ran", "ran"]);
  });

  test("what compression makes of the body is what the client reads", async () => {
    const app = new App().use(compress()).get("/", ({ background }) => {
      background.addTask(() => {});
      return "x".repeat(5_000);
    });
    const { url } = await listen(app);
    const response = await fetch(url);
    expect(response.headers.get("content-encoding")).toBe("gzip");
    expect(await response.json()).toBe("x".repeat(5_000));
  });
});

describe("2: what middleware sets by context.header before the handler", () => {
  const early: MiddlewareHandler = async (context, next) => {
    context.header("x-early", "middleware");
    context.header("cache-control", "private");
    context.header("set-cookie", "session=1", { append: true });
    await next();
  };

  test.each<[string, MiddlewareHandler[]]>([
    ["alone", [early]],
    ["behind cors", [cors(), early]],
    ["before cors", [early, cors()]],
  ])("stands beside what the handler sets (%s)", async (_name, middleware) => {
    const app = appBehind(middleware, []).get("/", ({ response }) => {
      response.headers.set("cache-control", "no-store");
      response.cookie("own", "2");
      return "ok";
    });
    const { url } = await listen(app);
    const { headers } = await fetch(url);
    expect(headers.get("x-early")).toBe("middleware");
    expect(headers.get("content-type")).toBe("application/json");
    expect(headers.getSetCookie().toSorted()).toEqual(["own=2; Path=/", "session=1"]);
  });

  test("is also in errors, and in a response that can't be changed", async () => {
    const other = await listen(new App().get("/", () => "other"));
    const app = new App()
      .use(early)
      .get("/fetched", () => fetch(other.url))
      .get("/broken", () => {
        throw new HTTPException(418, "no tea");
      });
    const { url } = await listen(app);
    for (const [path, status] of [
      ["/fetched", 200],
      ["/broken", 418],
      ["/nowhere", 404],
    ] as const) {
      const response = await fetch(url + path);
      expect([path, response.status, response.headers.get("x-early")]).toEqual([path, status, "middleware"]);
    }
  });
});
