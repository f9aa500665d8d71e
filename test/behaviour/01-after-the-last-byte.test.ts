import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { Worker } from "node:worker_threads";

import { App } from "afterwork";
import { describe, expect, test } from "vitest";

import { burn, makeGate } from "./support/gate.ts";
import { listen, recordLog } from "./support/listen.ts";
import { isWritten, keepWires, type Wire } from "./support/outgoing.ts";
import { RawConnection } from "./support/raw-connection.ts";

interface ClientReport {
  readonly text: string;
  readonly sentAt: bigint;
  readonly lastByteAt: bigint;
}

/** Asks from another thread, whose clock runs on while this one is busy. */
async function askFromThread(port: number, path: string): Promise<ClientReport> {
  const client = new Worker(new URL("./fixtures/timing-client.ts", import.meta.url), { workerData: { port, path } });
  const [report] = (await once(client, "message")) as [ClientReport];
  return report;
}

describe("1: a task of a second → the full response at once, the task after its last byte", () => {
  test("the response is complete long before the task is", async () => {
    const wires: Wire[] = [];
    const task = { startedAt: 0, endedAt: 0, allWritten: false, ended: makeGate() };
    const app = new App().use(keepWires(wires)).get("/", ({ background }) => {
      background.addTask(async () => {
        task.startedAt = performance.now();
        task.allWritten = isWritten(wires[0] as Wire);
        await delay(1000);
        task.endedAt = performance.now();
        task.ended.open();
      });
      return { hello: "world" };
    });
    const { port } = await listen(app);
    const connection = await RawConnection.open(port);
    const sentAt = performance.now();
    const response = await connection.request("GET", "/").response();
    expect(response).toMatchObject({ status: 200, body: '{"hello":"world"}' });
    expect(response.endedAt - sentAt).toBeLessThan(500);
    expect(task.endedAt).toBe(0);
    await task.ended.passed;
    expect(task.allWritten).toBe(true);
    expect(task.endedAt - response.endedAt).toBeGreaterThan(500);
  });

  test("a task that blocks the process holds no byte back", async () => {
    let startedAt = 0n;
    let endedAt = 0n;
    const app = new App({ log: recordLog().log }).get("/", ({ background }) => {
      background.addTask(() => {
        startedAt = process.hrtime.bigint();
        burn(1000);
        endedAt = process.hrtime.bigint();
      });
      return { hello: "x".repeat(10_000) };
    });
    const { port } = await listen(app);
    const { text, sentAt, lastByteAt } = await askFromThread(port, "/");
    expect(text.startsWith("HTTP/1.1 200 OK")).toBe(true);
    expect(text.endsWith('x"}')).toBe(true);
    expect(startedAt).toBeGreaterThan(sentAt);
    expect(lastByteAt).toBeLessThan(startedAt + 500_000_000n);
    expect(lastByteAt).toBeLessThan(endedAt);
  });

  test("a client that reads slowly keeps the task waiting until the last byte is written", async () => {
    const wires: Wire[] = [];
    const started = makeGate();
    let allWritten = false;
    const megabytes = 32;
    const app = new App().use(keepWires(wires)).get("/", ({ background }) => {
      background.addTask(() => {
        allWritten = isWritten(wires[0] as Wire);
        started.open();
      });
      return "x".repeat(megabytes * 1024 * 1024);
    });
    const { port } = await listen(app);
    const connection = await RawConnection.open(port);
    connection.socket.pause();
    connection.request("GET", "/");
    await expect.poll(() => wires[0]?.outgoing.writableEnded).toBe(true);
    const { outgoing, socket } = wires[0] as Wire;
    // The buffers of both sides are full, and the rest waits for the reader.
    let before = -1;
    await expect.poll(() => before === (before = socket.bytesWritten - socket.writableLength)).toBe(true);
    expect(outgoing.writableFinished).toBe(false);
    expect(started.isOpen).toBe(false);
    connection.socket.resume();
    await started.passed;
    expect(allWritten).toBe(true);
    expect((await connection.response()).body).toHaveLength(megabytes * 1024 * 1024 + 2);
  });

  test.each(["sync", "async"])("several %s tasks wait alike, and leave no trace in the response", async (kind) => {
    const wires: Wire[] = [];
    const written: boolean[] = [];
    const app = new App().use(keepWires(wires)).get("/", ({ background }) => {
      const note = (): void => void written.push(isWritten(wires[0] as Wire));
      for (let count = 0; count < 3; count += 1) background.addTask(kind === "sync" ? note : async () => note());
      return "done";
    });
    const server = await listen(app);
    const response = await fetch(server.url);
    expect([response.status, await response.json()]).toEqual([200, "done"]);
    await server.close();
    expect(written).toEqual([true, true, true]);
  });
});
