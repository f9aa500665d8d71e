import { App, depends, task } from "afterwork";
import { describe, expect, onTestFinished, test, vi } from "vitest";

import { startChild } from "./support/child.ts";
import { countingPort } from "./support/counting-port.ts";
import { makeGate } from "./support/gate.ts";

const name = "AWS_LAMBDA_FUNCTION_NAME";

function pretendLambda(): void {
  vi.stubEnv(name, "orders");
  onTestFinished(() => void vi.unstubAllEnvs());
}

async function ask(app: App, method = "GET"): Promise<Response> {
  return app.fetch(new Request("http://localhost/", { method }));
}

describe("24: on a platform without a way to outlive the response", () => {
  test("→ error at start, not silent loss", async () => {
    const child = startChild(new URL("./fixtures/on-lambda.ts", import.meta.url), { [name]: "orders" });
    expect(await child.exit).toBe(1);
    expect(child.lines).not.toContain("started");
    expect(child.errors()).toMatch(/PlatformError: AWS Lambda freezes .* run: "before".*"never"/s);
    const elsewhere = startChild(new URL("./fixtures/on-lambda.ts", import.meta.url));
    expect([await elsewhere.exit, elsewhere.lines]).toEqual([0, ["started"]]);
  });

  test("the error has a code, and any choice is taken", () => {
    pretendLambda();
    expect(() => new App()).toThrow(expect.objectContaining({ code: "PLATFORM" }));
    expect(() => new App({ background: { concurrency: 4 } })).toThrow(expect.objectContaining({ code: "PLATFORM" }));
    for (const run of ["before", "never", "after"] as const) {
      expect(() => new App({ background: { run } })).not.toThrow();
    }
  });

  test('run: "before" → the tasks have run when the response is there', async () => {
    pretendLambda();
    const steps: string[] = [];
    const session = depends.request(async function* () {
      yield "session";
      steps.push("request scope closed");
    });
    const app = new App({ background: { run: "before" } }).get("/", { session }, ({ background }) => {
      background.addTask(async () => {
        await new Promise(setImmediate);
        steps.push(`task, status ${background.outcome?.status}`);
        background.addTask(() => void steps.push("nested"));
      });
      background.addTask(() => {
        throw new Error("fails");
      });
      return "ok";
    });
    app.on("taskFailed", () => steps.push("failed"));
    const response = await ask(app);
    expect(steps).toEqual(["task, status 200", "failed", "nested", "request scope closed"]);
    expect([response.status, await response.json()]).toEqual([200, "ok"]);
  });

  test.each(["GET", "HEAD"])('run: "before" and a stream → before its last chunk (%s)', async (method) => {
    pretendLambda();
    const steps: string[] = [];
    const session = depends.request(async function* () {
      yield { read: () => "row" };
      steps.push("request scope closed");
    });
    const app = new App({ background: { run: "before" } }).get("/", { session }, ({ session, background }) => {
      background.addTask(async () => void steps.push(`handler's task, status ${background.outcome?.status}`));
      return (async function* () {
        yield session.read();
        steps.push("chunk");
        background.addTask(async () => {
          await new Promise(setImmediate);
          steps.push("generator's task");
        });
        yield session.read();
      })();
    });
    const response = await ask(app, method);
    expect(await response.text()).toBe(method === "HEAD" ? "" : "rowrow");
    const generator = method === "HEAD" ? [] : ["generator's task"];
    expect(steps.filter((step) => step !== "chunk")).toEqual([
      "handler's task, status 200",
      ...generator,
      "request scope closed",
    ]);
  });

  test('run: "before" and a stream that nobody reads to its end → they run all the same', async () => {
    pretendLambda();
    const ran = makeGate();
    const app = new App({ background: { run: "before" } }).get("/", ({ background }) => {
      background.addTask(ran.open);
      return (async function* () {
        for (;;) yield "more";
      })();
    });
    const response = await ask(app);
    await response.body?.cancel();
    await ran.passed;
  });

  test('run: "never" → addTask refuses, while durable tasks are stored', async () => {
    pretendLambda();
    const engine = countingPort();
    const ship = task("ship", { durable: true }, (_context, _id: number) => {});
    const errors: unknown[] = [];
    const app = new App({ engine, background: { run: "never" } }).get("/", ({ background }) => {
      background.addTask(ship, 1);
      try {
        background.addTask(() => {});
      } catch (error) {
        errors.push(error);
      }
      return "ok";
    });
    expect((await ask(app)).status).toBe(200);
    expect(errors).toEqual([
      expect.objectContaining({ code: "PLATFORM", message: expect.stringContaining('"never"') }),
    ]);
    expect(engine.stored).toEqual([["ship", 1]]);
  });

  test('run: "never" and a handler that does not catch it → a reported 500', async () => {
    pretendLambda();
    const reports: unknown[] = [];
    const app = new App({ background: { run: "never" } }).get("/", ({ background }) => background.addTask(() => {}).id);
    app.on("requestFailed", ({ error }) => reports.push((error as { code: string }).code));
    expect((await ask(app)).status).toBe(500);
    expect(reports).toEqual(["PLATFORM"]);
  });

  test("a platform that offers waitUntil → it is given a promise that ends with the tasks", async () => {
    for (const method of ["GET", "HEAD"]) {
      const promises: Promise<unknown>[] = [];
      const mayEnd = makeGate();
      const steps: string[] = [];
      const app = new App().get("/", ({ background }) => {
        background.addTask(async () => {
          await mayEnd.passed;
          steps.push("task");
        });
        return "ok";
      });
      const context = { waitUntil: (promise: Promise<unknown>) => promises.push(promise), passThroughOnException() {} };
      const response = await app.fetch(new Request("http://localhost/", { method }), {}, context);
      await response.text();
      expect([promises.length, steps]).toEqual([1, []]);
      mayEnd.open();
      await promises[0];
      expect(steps).toEqual(["task"]);
    }
  });
});
