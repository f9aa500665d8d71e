import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";

import { App, threads } from "afterwork";
import { describe, expect, onTestFinished, test } from "vitest";

import { burn, makeGate } from "./support/gate.ts";
import { listen, recordLog } from "./support/listen.ts";

const workMs = 600;

function openThreads(options = {}) {
  const url = new URL("./fixtures/cpu-work.ts", import.meta.url);
  const cpu = threads<typeof import("./fixtures/cpu-work.ts")>(url, { maxThreads: 1, ...options });
  onTestFinished(() => threads.close(cpu));
  return cpu;
}

/** How late this event loop was while `run` was at work, in milliseconds. */
interface Delays {
  readonly usual: number;
  readonly most: number;
}

async function delaysDuring(run: () => Promise<void>): Promise<Delays> {
  const histogram = monitorEventLoopDelay({ resolution: 5 });
  histogram.enable();
  await run();
  histogram.disable();
  return { usual: histogram.percentile(95) / 1e6, most: histogram.max / 1e6 };
}

describe("3: CPU-bound work in a thread → the event loop and other endpoints are free", () => {
  test("the delay stays under 50 ms, and others are answered while it runs", async () => {
    const cpu = openThreads();
    await cpu.compress(1);
    const ended = makeGate();
    const app = new App()
      .post("/images", ({ background }) => {
        background.addTask(cpu.compress, workMs);
        background.addTask(ended.open);
        return "accepted";
      })
      .get("/ping", () => "pong");
    const { url } = await listen(app);
    const ping = async (): Promise<unknown> => (await fetch(`${url}/ping`)).json();
    // What is compiled and connected for the first time would be measured as well.
    for (let count = 0; count < 20; count += 1) await ping();
    let pongs = 0;
    const delays = await delaysDuring(async () => {
      expect((await fetch(`${url}/images`, { method: "POST" })).status).toBe(200);
      while (!ended.isOpen) {
        expect(await ping()).toBe("pong");
        pongs += 1;
        await delay(5);
      }
    });
    expect(delays.usual).toBeLessThan(50);
    // A machine that is busy with other things may be late once; the work itself would have been twice as long.
    expect(delays.most).toBeLessThan(workMs / 2);
    expect(pongs).toBeGreaterThan(10);
    expect(threads.state(cpu).completed).toBe(2);
  });

  test("it stands in the order of the other tasks, and its result is the job's", async () => {
    const cpu = openThreads();
    const order: string[] = [];
    const results: Promise<number>[] = [];
    const app = new App().get("/", ({ background }) => {
      background.addTask(() => void order.push("before"));
      const job = background.addTask(cpu.compress, 50);
      background.addTask(() => {
        order.push(`after ${job.status()}`);
        results.push(job.result());
      });
      return job.name;
    });
    const server = await listen(app);
    expect(await (await fetch(server.url)).json()).toBe("cpu-work.compress");
    await server.close();
    expect(order).toEqual(["before", "after succeeded"]);
    expect(await results[0]).toBeGreaterThanOrEqual(50);
  });

  test("one that fails is reported, and the next task runs", async () => {
    const cpu = openThreads({ timeout: 50 });
    const reports: string[] = [];
    const ran = makeGate();
    const app = new App().get("/", ({ background }) => {
      background.addTask(cpu.compress, 60_000);
      background.addTask(ran.open);
    });
    app.on("taskFailed", ({ name, error }) => reports.push(`${name}: ${(error as Error).message}`));
    const { url } = await listen(app);
    await fetch(url);
    await ran.passed;
    expect(reports).toEqual([expect.stringMatching(/^cpu-work\.compress: .*timeout of 50 ms/)]);
  });

  test("the same work as a plain function runs too, and a warning names it and the remedy", async () => {
    const { log, lines } = recordLog();
    const app = new App({ log }).get("/", ({ background }) => {
      background.addTask(function resize() {
        burn(200);
      });
    });
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(lines).toEqual([
      { level: "warn", message: expect.any(String), fields: { task: "resize", ms: expect.any(Number) } },
    ]);
    expect(lines[0]?.message).toMatch(/resize blocked the event loop for 2\d\d ms; .*threads/);
  });
});
