import { setTimeout as delay } from "node:timers/promises";

import { App, depends, OverloadedError, type BackgroundTasks } from "afterwork";
import { describe, expect, test } from "vitest";

import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";

/** Counts how many run at once. */
class Meter {
  running = 0;
  most = 0;
  done = 0;

  async run(work: () => Promise<unknown>): Promise<void> {
    this.running += 1;
    this.most = Math.max(this.most, this.running);
    await work();
    this.running -= 1;
    this.done += 1;
  }
}

const taskMs = 400;

/** How long two tasks of one request take, from its response to the end of both. */
async function timeTwo(add: (background: BackgroundTasks, work: () => Promise<void>) => void): Promise<number> {
  const bothEnded = makeGate();
  let ended = 0;
  const work = async (): Promise<void> => {
    await delay(taskMs);
    ended += 1;
    if (ended === 2) bothEnded.open();
  };
  const app = new App().get("/", ({ background }) => add(background, work));
  const { url } = await listen(app);
  await fetch(url);
  const start = performance.now();
  await bothEnded.passed;
  return performance.now() - start;
}

describe("19: two tasks of a second, scaled down", () => {
  test("take about twice as long in order", async () => {
    const ms = await timeTwo((background, work) => {
      background.addTask(work);
      background.addTask(work);
    });
    expect(ms).toBeGreaterThan(taskMs * 1.8);
    expect(ms).toBeLessThan(taskMs * 2.8);
  });

  test("take about as long as one with concurrent()", async () => {
    const ms = await timeTwo((background, work) => {
      background.concurrent().addTask(work);
      background.addTask(work);
    });
    expect(ms).toBeGreaterThan(taskMs * 0.8);
    expect(ms).toBeLessThan(taskMs * 1.7);
  });

  test("concurrent() counts from where it is called: what was added before keeps its order", async () => {
    const steps: string[] = [];
    const work = async (name: string): Promise<void> => {
      steps.push(`${name} starts`);
      await delay(20);
      steps.push(`${name} ends`);
    };
    const app = new App().get("/", ({ background }) => {
      background.addTask(work, "first");
      background.concurrent();
      background.addTask(work, "left");
      background.addTask(work, "right");
    });
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(steps).toEqual(["first starts", "first ends", "left starts", "right starts", "left ends", "right ends"]);
  });
});

describe("19: limit 4 and 100 tasks → never more than 4", () => {
  test.each([
    ["of one request, side by side", 1, 100],
    ["of a hundred requests", 100, 1],
    ["of ten requests with ten each", 10, 10],
  ])("%s", async (_name, requests, each) => {
    const meter = new Meter();
    const app = new App({ background: { concurrency: 4 } }).get("/", ({ background }) => {
      background.concurrent();
      for (let count = 0; count < each; count += 1) background.addTask(() => meter.run(() => delay(2)));
    });
    const server = await listen(app);
    await Promise.all(Array.from({ length: requests }, async () => (await fetch(server.url)).text()));
    await server.close();
    expect([meter.most, meter.done, meter.running]).toEqual([4, 100, 0]);
  });

  test("in order within one request, even with free places", async () => {
    const meter = new Meter();
    const app = new App({ background: { concurrency: 4 } }).get("/", ({ background }) => {
      for (let count = 0; count < 20; count += 1) background.addTask(() => meter.run(() => delay(1)));
    });
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect([meter.most, meter.done]).toEqual([1, 20]);
  });
});

describe("19: maxPending reached → 503 with Retry-After", () => {
  test("before anything is queued, so that dependencies roll back; later there is room again", async () => {
    const mayEnd = makeGate();
    const steps: string[] = [];
    const session = depends(async function* () {
      try {
        yield "session";
        steps.push("committed");
      } catch (error) {
        steps.push(`rolled back: ${(error as Error).constructor.name}`);
        throw error;
      }
    });
    const app = new App({ background: { maxPending: 3 } }).get("/", { session }, ({ background }) => {
      background.addTask(() => mayEnd.passed);
      background.addTask(() => void steps.push("second task"));
      return "accepted";
    });
    const server = await listen(app);
    const ask = async () => {
      const response = await fetch(server.url);
      return [response.status, response.headers.get("retry-after"), await response.json()];
    };
    expect(await ask()).toEqual([200, null, "accepted"]);
    expect(await ask()).toEqual([503, "1", { detail: "Service Unavailable" }]);
    expect(steps).toEqual(["committed", "rolled back: OverloadedError"]);
    mayEnd.open();
    await expect.poll(() => steps).toEqual(["committed", "rolled back: OverloadedError", "second task"]);
    expect(await ask()).toEqual([200, null, "accepted"]);
    await server.close();
    expect(steps.slice(3)).toEqual(["committed", "second task"]);
  });

  test("a handler may catch it and answer without", async () => {
    const mayEnd = makeGate();
    const app = new App({ background: { maxPending: 1 } }).get("/", ({ background }) => {
      background.addTask(() => mayEnd.passed);
      try {
        background.addTask(() => {});
        return "both";
      } catch (error) {
        return error instanceof OverloadedError ? error.code : "another error";
      }
    });
    const { url } = await listen(app);
    expect(await (await fetch(url)).json()).toBe("OVERLOADED");
    mayEnd.open();
  });

  test("cancelled and dropped tasks make room", async () => {
    const app = new App({ background: { maxPending: 1 } }).get("/", ({ background }) => {
      for (let count = 0; count < 10; count += 1) background.addTask(() => {}).cancel();
      background.onFailure.addTask(() => {});
      return "accepted";
    });
    const { url } = await listen(app);
    for (let count = 0; count < 3; count += 1) expect((await fetch(url)).status).toBe(200);
  });
});
