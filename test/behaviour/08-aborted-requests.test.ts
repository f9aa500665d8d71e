import { once } from "node:events";

import { App, body } from "afterwork";
import { describe, expect, test } from "vitest";

import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";
import { keepWires, type Wire } from "./support/outgoing.ts";
import { RawConnection } from "./support/raw-connection.ts";

describe("8: the client aborts before the response → the task runs exactly once", () => {
  test("while the handler waits: its signal aborts, and it may complete", async () => {
    const [entered, mayReturn] = [makeGate(), makeGate()];
    const steps: string[] = [];
    const app = new App().get("/", async ({ background, signal }) => {
      background.addTask(() => void steps.push("task"));
      signal.addEventListener("abort", () => steps.push("aborted"));
      entered.open();
      await mayReturn.passed;
      steps.push("handler returns");
      return "nobody reads this";
    });
    const server = await listen(app);
    const connection = await RawConnection.open(server.port);
    connection.request("GET", "/");
    await entered.passed;
    connection.cut();
    await expect.poll(() => steps).toContain("aborted");
    mayReturn.open();
    await expect.poll(() => steps).toContain("task");
    await server.close();
    expect(steps).toEqual(["aborted", "handler returns", "task"]);
  });

  test("while the handler waits, and it never looks at its signal", async () => {
    const [entered, mayReturn, ran] = [makeGate(), makeGate(), makeGate()];
    const wires: Wire[] = [];
    let runs = 0;
    const app = new App().use(keepWires(wires)).get("/", async ({ background }) => {
      background.addTask(() => {
        runs += 1;
        ran.open();
      });
      entered.open();
      await mayReturn.passed;
      return { large: "x".repeat(100_000) };
    });
    const server = await listen(app);
    const connection = await RawConnection.open(server.port);
    connection.request("GET", "/");
    await entered.passed;
    const gone = once((wires[0] as Wire).outgoing, "close");
    connection.cut();
    await gone;
    expect(runs).toBe(0);
    mayReturn.open();
    await ran.passed;
    await server.close();
    expect(runs).toBe(1);
  });

  test.each([
    ["whole", () => "x".repeat(32 * 1024 * 1024)],
    ["a Response", () => new Response(new Uint8Array(32 * 1024 * 1024))],
    ["streamed", () => ReadableStream.from(endless()) as unknown],
  ])("while the body is being sent (%s)", async (_name, make) => {
    const wires: Wire[] = [];
    const ran = makeGate();
    let runs = 0;
    const app = new App().use(keepWires(wires)).get("/", ({ background }) => {
      background.addTask(() => {
        runs += 1;
        ran.open();
      });
      return make();
    });
    const server = await listen(app);
    const connection = await RawConnection.open(server.port);
    connection.socket.pause();
    connection.request("GET", "/");
    await expect.poll(() => (wires[0]?.socket.writableLength ?? 0) > 0).toBe(true);
    expect(runs).toBe(0);
    connection.cut();
    await ran.passed;
    expect((wires[0] as Wire).outgoing.writableFinished).toBe(false);
    await server.close();
    expect(runs).toBe(1);
  });

  test("at every moment of a short exchange: a hundred clients that leave", async () => {
    let added = 0;
    let runs = 0;
    const app = new App().get("/", async ({ background }) => {
      added += 1;
      background.addTask(() => void (runs += 1));
      await new Promise(setImmediate);
      return { some: "text".repeat(1000) };
    });
    const server = await listen(app);
    const connections = await Promise.all(Array.from({ length: 100 }, () => RawConnection.open(server.port)));
    for (const [index, connection] of connections.entries()) {
      connection.request("GET", "/");
      for (let turn = 0; turn < index % 10; turn += 1) await new Promise(setImmediate);
      connection.cut();
    }
    await server.close();
    expect(added).toBeGreaterThan(0);
    expect(runs).toBe(added);
  });

  test("a client that leaves in the middle of its own body: the request fails, nothing runs, nothing hangs", async () => {
    const steps: string[] = [];
    const app = new App().use(async (_context, next) => {
      await next();
      steps.push("answered");
    });
    app.post("/", { item: body() }, ({ background }) => background.addTask(() => steps.push("never")).id);
    app.on("requestFailed", () => {});
    const server = await listen(app);
    const connection = await RawConnection.open(server.port);
    connection.request("POST", "/", { "content-type": "application/json", "content-length": "1000" });
    connection.socket.write('{"half": ');
    connection.socket.end();
    await expect.poll(() => steps).toEqual(["answered"]);
    await server.close();
    expect(steps).toEqual(["answered"]);
  });

  test("a response that is complete: once as well, whatever comes after it", async () => {
    let runs = 0;
    const app = new App().get("/", ({ background }) => {
      background.addTask(() => void (runs += 1));
      return "ok";
    });
    const server = await listen(app);
    const connection = await RawConnection.open(server.port);
    await connection.request("GET", "/").response();
    await connection.request("GET", "/").response();
    connection.cut();
    await server.close();
    expect(runs).toBe(2);
  });
});

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) yield new Uint8Array(64 * 1024);
}
