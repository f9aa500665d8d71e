import { AsyncLocalStorage } from "node:async_hooks";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ServerResponse } from "node:http";

import { App } from "afterwork";
import type { MiddlewareHandler } from "hono";
import { describe, expect, onTestFinished, test } from "vitest";

import { burn, makeGate } from "./support/gate.ts";
import { listen, recordLog } from "./support/listen.ts";
import { wireOf } from "./support/outgoing.ts";

/** A span of a tracer: what it was told in which order. */
interface Span {
  endedAt: number | undefined;
}

const taskMs = 300;

/** Adds a task that waits, or one that blocks, and says when it started and ended. */
function appWithTask(kind: "waits" | "blocks", middleware: MiddlewareHandler) {
  const task = { startedAt: 0, ended: makeGate() };
  const app = new App({ log: recordLog().log }).use(middleware).get("/", ({ background }) => {
    background.addTask(async () => {
      task.startedAt = performance.now();
      if (kind === "blocks") burn(taskMs);
      else await new Promise((resolve) => setTimeout(resolve, taskMs));
      task.ended.open();
    });
    return "ok";
  });
  return { app, task };
}

describe.each(["waits", "blocks"] as const)("4: latency without the tasks of the request (one that %s)", (kind) => {
  test("of middleware that measures around next()", async () => {
    const measured = { ms: Number.NaN, endedAt: 0 };
    const { app, task } = appWithTask(kind, async (_context, next) => {
      const start = performance.now();
      await next();
      measured.endedAt = performance.now();
      measured.ms = measured.endedAt - start;
    });
    const { url } = await listen(app);
    await fetch(url);
    await task.ended.passed;
    expect(measured.ms).toBeLessThan(taskMs / 2);
    expect(measured.endedAt).toBeLessThan(task.startedAt);
  });

  test("of a span that ends with Node's response, as instrumentations do it", async () => {
    const span: Span = { endedAt: undefined };
    const { app, task } = appWithTask(kind, async (context, next) => {
      wireOf(context).outgoing.once("close", () => {
        span.endedAt = performance.now();
      });
      await next();
    });
    const { url } = await listen(app);
    await fetch(url);
    await task.ended.passed;
    expect(span.endedAt).toBeLessThanOrEqual(task.startedAt);
  });

  test("of what listens to Node's own channel of finished responses", async () => {
    const span: Span = { endedAt: undefined };
    const outgoing: ServerResponse[] = [];
    const onFinish = (message: unknown): void => {
      if ((message as { response: ServerResponse }).response === outgoing[0]) span.endedAt = performance.now();
    };
    subscribe("http.server.response.finish", onFinish);
    onTestFinished(() => void unsubscribe("http.server.response.finish", onFinish));
    const { app, task } = appWithTask(kind, async (context, next) => {
      outgoing.push(wireOf(context).outgoing);
      await next();
    });
    const { url } = await listen(app);
    await fetch(url);
    await task.ended.passed;
    expect(span.endedAt).toBeLessThanOrEqual(task.startedAt);
  });
});

describe("4: a tracer's context", () => {
  test("the span is still the active one in the task, and has ended", async () => {
    const active = new AsyncLocalStorage<Span>();
    const seen: (Span | undefined)[] = [];
    const ran = makeGate();
    const app = new App()
      .use(async (context, next) => {
        const span: Span = { endedAt: undefined };
        wireOf(context).outgoing.once("close", () => {
          span.endedAt = performance.now();
        });
        await active.run(span, next);
      })
      .get("/", ({ background }) => {
        background.addTask(() => {
          seen.push(active.getStore());
          ran.open();
        });
      });
    const { url } = await listen(app);
    await fetch(url);
    await ran.passed;
    expect(seen).toEqual([{ endedAt: expect.any(Number) }]);
  });

  test("tasks hold no concurrency slot of the server: a counter of requests is back at zero", async () => {
    let active = 0;
    const mayEnd = makeGate();
    const ended = makeGate();
    const counts: number[] = [];
    const app = new App()
      .use(async (_context, next) => {
        active += 1;
        await next();
        active -= 1;
      })
      .get("/", ({ background }) => {
        background.addTask(async () => {
          counts.push(active);
          await mayEnd.passed;
          ended.open();
        });
      });
    const { url } = await listen(app);
    await Promise.all([fetch(url), fetch(url), fetch(url)]);
    await expect.poll(() => counts.length).toBe(3);
    expect(active).toBe(0);
    mayEnd.open();
    await ended.passed;
  });
});
