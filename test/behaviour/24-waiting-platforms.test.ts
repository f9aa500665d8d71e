import { App, task } from "afterwork";
import { afterwork, type WorkEnv } from "afterwork/hono";
import { Hono } from "hono";
import { describe, expect, onTestFinished, test, vi } from "vitest";

import { countingPort } from "./support/counting-port.ts";
import { makeGate } from "./support/gate.ts";

/** Platforms that freeze with the response unless they are given a promise, and how each is known. */
const platforms: readonly [name: string, pretend: () => void][] = [
  ["Vercel", () => vi.stubEnv("VERCEL", "1").stubEnv("AWS_LAMBDA_FUNCTION_NAME", "orders")],
  ["Netlify", () => vi.stubGlobal("Netlify", {}).stubEnv("AWS_LAMBDA_FUNCTION_NAME", "orders")],
  ["Cloudflare Workers", () => vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" })],
];

function pretendTo(pretend: () => void): void {
  pretend();
  onTestFinished(() => {
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  });
}

const request = new Request("http://localhost/");

/** Collects what a platform is asked to wait for. */
function executionContext(): { readonly promises: Promise<unknown>[]; waitUntil(promise: Promise<unknown>): void } {
  const promises: Promise<unknown>[] = [];
  return { promises, waitUntil: (promise) => void promises.push(promise) };
}

describe.each(platforms)("24: on %s, which waits for promises only", (name, pretend) => {
  test("a request without a waitUntil → the first addTask is an error that says what to do", async () => {
    pretendTo(pretend);
    const errors: unknown[] = [];
    const app = new App().get("/", ({ background }) => background.addTask(() => {}).id);
    app.on("requestFailed", ({ error }) => errors.push(error));
    expect((await app.fetch(request)).status).toBe(500);
    expect(errors).toEqual([
      expect.objectContaining({
        code: "PLATFORM",
        message: expect.stringMatching(new RegExp(`^${name} stops .*waitUntil.*run: "before".*durable`)),
      }),
    ]);
  });

  test("a request without a waitUntil → durable tasks are stored", async () => {
    pretendTo(pretend);
    const engine = countingPort();
    const ship = task("ship", { durable: true }, (_context, _id: number) => {});
    const app = new App({ engine }).get("/", ({ background }) => background.addTask(ship, 1).id);
    expect((await app.fetch(request)).status).toBe(200);
    expect(engine.stored).toEqual([["ship", 1]]);
  });

  test("a request with a waitUntil → it is told to wait when the first task is added", async () => {
    pretendTo(pretend);
    const mayAnswer = makeGate();
    const context = executionContext();
    let ran = false;
    const app = new App().get("/", async ({ background }) => {
      background.addTask(() => void (ran = true));
      await mayAnswer.passed;
      return "ok";
    });
    const answering = app.fetch(request, {}, context);
    await vi.waitFor(() => expect(context.promises).toHaveLength(1), 10_000);
    mayAnswer.open();
    await (await answering).text();
    await Promise.all(context.promises);
    expect(ran).toBe(true);
  });

  test("an adapter → the same", async () => {
    pretendTo(pretend);
    const ran = makeGate();
    const work = afterwork();
    const app = new Hono<WorkEnv>().use(work.middleware).get("/", (c) => {
      c.var.background.addTask(ran.open);
      return c.text("ok");
    });
    app.onError((error, c) => c.text(error.message, 500));
    expect(await (await app.fetch(request)).text()).toMatch(new RegExp(`^${name} stops`));
    const context = executionContext();
    expect(await (await app.fetch(request, {}, context as never)).text()).toBe("ok");
    await Promise.all(context.promises);
    await ran.passed;
  });

  test('run: "after" → whoever says so knows better', async () => {
    pretendTo(pretend);
    const ran = makeGate();
    const app = new App({ background: { run: "after" } }).get("/", ({ background }) => background.addTask(ran.open).id);
    await (await app.fetch(request)).text();
    await ran.passed;
  });
});

describe("24: platforms that can't be told from their neighbours", () => {
  test("Google Cloud Run → error at start, with the setting that would do", () => {
    pretendTo(() => vi.stubEnv("K_SERVICE", "orders"));
    expect(() => new App()).toThrow(/^Google Cloud Run freezes .*instance-based billing/);
    expect(() => new App({ background: { run: "after" } })).not.toThrow();
  });

  test("the variables of Vercel on a developer's machine → nothing is refused", async () => {
    pretendTo(() => vi.stubEnv("VERCEL", "1").stubEnv("VERCEL_ENV", "development"));
    const app = new App().get("/", ({ background }) => background.addTask(() => {}).id);
    expect((await app.fetch(request)).status).toBe(200);
  });
});
