import { once } from "node:events";

import { App, depends, task } from "afterwork";
import { describe, expect, onTestFinished, test } from "vitest";
import { WebSocket } from "ws";

import { countingPort } from "./support/counting-port.ts";
import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";

async function open(port: number, path = "/"): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
  onTestFinished(() => socket.terminate());
  await once(socket, "open");
  return socket;
}

describe("10: addTask in a WebSocket", () => {
  test("runs at once, while the socket is open", async () => {
    const app = new App().ws("/", {}, async ({ socket, background }) => {
      for await (const message of socket) {
        background.addTask(async () => socket.send(`task for ${String(message)}`));
      }
    });
    const { port } = await listen(app);
    const socket = await open(port);
    for (const text of ["first", "second"]) {
      socket.send(text);
      expect(String((await once(socket, "message"))[0])).toBe(`task for ${text}`);
    }
  });

  test("its result can be waited for in the handler", async () => {
    const app = new App().ws("/", {}, async ({ socket, background }) => {
      const job = background.addTask(async () => 42);
      socket.send(String(await job.result()));
    });
    const { port } = await listen(app);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
    expect(String((await once(socket, "message"))[0])).toBe("42");
  });

  test("what a dependency added during the handshake runs when the socket closes", async () => {
    const steps: string[] = [];
    const ran = makeGate();
    const greeting = depends(({ background }) => {
      background.addTask(() => {
        steps.push("task of the handshake");
        ran.open();
      });
    });
    const app = new App().ws("/", { greeting }, async ({ socket }) => {
      for await (const message of socket) socket.send(`echo ${String(message)}`);
      steps.push("handler ends");
    });
    const { port } = await listen(app);
    const socket = await open(port);
    socket.send("hello");
    await once(socket, "message");
    expect(steps).toEqual([]);
    socket.close();
    await ran.passed;
    expect(steps).toEqual(["handler ends", "task of the handshake"]);
  });

  test("durable work of the handshake is stored when the socket opens, later work at the call", async () => {
    const engine = countingPort();
    const ship = task("ship", { durable: true }, (_context, _step: string) => {});
    const early = depends(({ background }) => background.addTask(ship, "handshake").id);
    const app = new App({ engine }).ws("/", { early }, async ({ socket, background }) => {
      for await (const message of socket) {
        background.addTask(ship, String(message));
        socket.send("added");
      }
    });
    const { port } = await listen(app);
    const socket = await open(port);
    await expect.poll(() => engine.stored).toEqual([["ship", "handshake"]]);
    socket.send("open");
    await once(socket, "message");
    expect(engine.stored).toEqual([
      ["ship", "handshake"],
      ["ship", "open"],
    ]);
  });

  test("a handler that fails: tasks of the handshake are dropped, the others have run", async () => {
    const steps: string[] = [];
    const early = depends(({ background }) => {
      background.addTask(() => void steps.push("never"));
      background.onFailure.addTask(() => void steps.push("failure"));
    });
    const app = new App().ws("/", { early }, async ({ socket, background }) => {
      await background.addTask(() => void steps.push("ran at once")).result();
      await socket.receive();
      throw new Error("broken");
    });
    app.on("requestFailed", ({ status }) => steps.push(`reported ${status}`));
    const server = await listen(app);
    const socket = await open(server.port);
    socket.send("go");
    const [code] = await once(socket, "close");
    await server.close();
    expect([code, steps]).toEqual([1011, ["ran at once", "reported 101", "failure"]]);
  });
});
