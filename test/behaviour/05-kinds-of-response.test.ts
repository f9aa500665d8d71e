import { App, type BackgroundTasks } from "afterwork";
import { etag } from "hono/etag";
import { describe, expect, test } from "vitest";

import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";
import { RawConnection } from "./support/raw-connection.ts";

/** Responses that a handler can make of its own, each by a status. */
const ownResponses: readonly [string, number, () => Response | Promise<Response>][] = [
  ["text", 200, () => new Response("own")],
  ["no body", 204, () => new Response(null, { status: 204 })],
  ["a redirect", 307, () => new Response(null, { status: 307, headers: { location: "/elsewhere" } })],
  ["Response.redirect", 302, () => Response.redirect("http://localhost/elsewhere")],
  ["Response.json", 201, () => Response.json({ own: true }, { status: 201 })],
  ["not modified", 304, () => new Response(null, { status: 304 })],
  ["not found", 404, () => new Response("nothing", { status: 404 })],
  ["an error", 500, () => new Response("broken", { status: 500 })],
  ["bytes", 200, () => new Response(new Uint8Array(100_000))],
  ["a blob", 200, () => new Response(new Blob(["blob"]))],
  ["a stream", 200, () => new Response(new Blob(["stream"]).stream())],
  ["an empty stream", 200, () => new Response(new ReadableStream({ start: (controller) => controller.close() }))],
  ["what fetch returned", 200, () => fetch("data:text/plain,fetched")],
];

/** Runs two tasks per request and counts them. */
function countingApp() {
  const ran: string[] = [];
  const app = new App();
  const addTwo = (background: BackgroundTasks): void => {
    background.addTask(() => void ran.push("first"));
    background.addTask(async () => void ran.push("second"));
  };
  return { app, ran, addTwo };
}

describe("5: whatever is returned → every task runs", () => {
  test.each([200, 201, 202, 204, 205, 304, 307, 404, 409, 422, 500, 503])(
    "status %i of the route, of a plain return value",
    async (status) => {
      const { app, ran, addTwo } = countingApp();
      app
        .get("/route", {}, { status }, ({ background }) => {
          addTwo(background);
          return { status };
        })
        .get("/draft", ({ background, response }) => {
          addTwo(background);
          response.status = status;
          if (status === 307) response.headers.set("location", "/elsewhere");
          return { status };
        });
      const server = await listen(app);
      for (const path of ["/route", "/draft"]) {
        const response = await fetch(server.url + path, { redirect: "manual" });
        expect(response.status).toBe(status);
        const hasBody = ![204, 205, 304].includes(status);
        expect(await response.text()).toBe(hasBody ? JSON.stringify({ status }) : "");
      }
      await server.close();
      expect(ran).toEqual(["first", "second", "first", "second"]);
    },
  );

  test.each(ownResponses)("a Response of the user's own: %s", async (_name, status, make) => {
    const { app, ran, addTwo } = countingApp();
    app.get("/", ({ background }) => {
      addTwo(background);
      return make();
    });
    const server = await listen(app);
    const response = await fetch(server.url, { redirect: "manual" });
    await response.arrayBuffer();
    expect(response.status).toBe(status);
    await server.close();
    expect(ran).toEqual(["first", "second"]);
  });

  test.each(ownResponses)("HEAD, where GET gives %s", async (_name, status, make) => {
    const { app, ran, addTwo } = countingApp();
    app.get("/", ({ background }) => {
      addTwo(background);
      return make();
    });
    const server = await listen(app);
    const response = await fetch(server.url, { method: "HEAD", redirect: "manual" });
    expect([response.status, await response.text()]).toEqual([status, ""]);
    await server.close();
    expect(ran).toEqual(["first", "second"]);
  });

  test("undefined, null and no return value are null in JSON", async () => {
    const { app, ran, addTwo } = countingApp();
    app.get("/", ({ background }) => addTwo(background));
    const server = await listen(app);
    expect(await (await fetch(server.url)).text()).toBe("null");
    await server.close();
    expect(ran).toHaveLength(2);
  });

  test.each(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const)("%s", async (method) => {
    const { app, ran, addTwo } = countingApp();
    const name = method.toLowerCase() as "get" | "post" | "put" | "patch" | "delete" | "options";
    app[name]("/", ({ background }) => addTwo(background));
    const server = await listen(app);
    expect((await fetch(server.url, { method })).status).toBe(200);
    await server.close();
    expect(ran).toEqual(["first", "second"]);
  });
});

describe("5: HEAD", () => {
  test("leaves the connection fit for the next request", async () => {
    const { app, ran, addTwo } = countingApp();
    app.get("/", ({ background }) => {
      addTwo(background);
      return { long: "x".repeat(1000) };
    });
    const server = await listen(app);
    const connection = await RawConnection.open(server.port);
    const head = await connection.request("HEAD", "/").response("HEAD");
    const get = await connection.request("GET", "/").response();
    expect([head.status, head.body, get.status, get.body.length]).toEqual([200, "", 200, 1011]);
    await server.close();
    expect(ran).toHaveLength(4);
  });

  test("cancels a streamed body at once", async () => {
    const steps: string[] = [];
    const app = new App().get("/", ({ background }) => {
      background.addTask(() => void steps.push("task"));
      return (async function* () {
        steps.push("pulled");
        yield "never";
      })();
    });
    const server = await listen(app);
    expect((await fetch(server.url, { method: "HEAD" })).status).toBe(200);
    await server.close();
    expect(steps).toEqual(["task"]);
  });

  test.each(["with a task", "without one"])("cancels the stream of a Response of the user's own (%s)", async (kind) => {
    const [cancelled, ran] = [makeGate(), makeGate()];
    const app = new App().get("/", ({ background }) => {
      if (kind === "with a task") background.addTask(ran.open);
      else ran.open();
      const pull = (controller: ReadableStreamDefaultController): void => controller.enqueue(new Uint8Array(1));
      return new Response(new ReadableStream({ pull, cancel: cancelled.open }));
    });
    const { url } = await listen(app);
    expect((await fetch(url, { method: "HEAD" })).status).toBe(200);
    await ran.passed;
    await cancelled.passed;
  });

  test("leaves the body to middleware that wants it, such as an etag, with and without a server", async () => {
    let ran = 0;
    const app = new App().use(etag()).get("/", ({ background }) => {
      background.addTask(() => void (ran += 1));
      return "tagged";
    });
    const { url } = await listen(app);
    const tags = [
      (await fetch(url)).headers.get("etag"),
      (await fetch(url, { method: "HEAD" })).headers.get("etag"),
      (await app.fetch(new Request(url, { method: "HEAD" }))).headers.get("etag"),
    ];
    expect(tags[0]).toMatch(/^".+"$/);
    expect(new Set(tags).size).toBe(1);
    await expect.poll(() => ran).toBe(3);
  });
});
