import { setTimeout as delay } from "node:timers/promises";

import { App, HTTPException, task, type LocalJob, type TaskFailed } from "afterwork";
import { describe, expect, test } from "vitest";

import { startChild } from "./support/child.ts";
import { listen, recordLog } from "./support/listen.ts";

class OrderError extends Error {}

describe("13: task A throws → B still runs, A is reported once", () => {
  test.each<[string, (error: Error) => unknown]>([
    [
      "synchronously",
      (error) => {
        throw error;
      },
    ],
    [
      "by a rejection",
      async (error) => {
        throw error;
      },
    ],
    [
      "after a while",
      async (error) => {
        await delay(20);
        throw error;
      },
    ],
  ])("%s: with its own error and stack, under its own name", async (_name, fail) => {
    const thrown = new OrderError("order refused");
    const { stack } = thrown;
    const reports: TaskFailed[] = [];
    const steps: string[] = [];
    const jobs: LocalJob[] = [];
    const { log, lines } = recordLog();
    const app = new App({ log }).get("/", ({ background }) => {
      const taskA = { taskA: () => fail(thrown) }.taskA;
      jobs.push(background.addTask(taskA));
      background.addTask(async () => void steps.push("B"));
    });
    app.on("taskFailed", (failure) => reports.push(failure));
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(steps).toEqual(["B"]);
    expect(reports).toEqual([{ id: jobs[0]?.id, name: "taskA", error: thrown, attempts: 1 }]);
    expect(reports[0]?.error).toBe(thrown);
    expect(reports[0]?.error).toHaveProperty("stack", stack);
    expect(stack).toContain("13-failing-tasks.test.ts");
    await expect(jobs[0]?.result()).rejects.toBe(thrown);
    expect(lines).toEqual([]);
  });

  test("without a listener it is logged, once as well", async () => {
    const thrown = new OrderError("order refused");
    const { log, lines } = recordLog();
    const app = new App({ log }).get("/", ({ background }) => {
      background.addTask(function taskA() {
        throw thrown;
      });
    });
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: "error", message: "the background task taskA failed" });
    expect(lines[0]?.fields["error"]).toBe(thrown);
  });

  test("a task with retries is reported when it has failed for good, with the number of attempts", async () => {
    const reports: TaskFailed[] = [];
    const flaky = task("flaky", { retries: 2, backoff: 1 }, ({ attempt }) => {
      throw new Error(`attempt ${attempt}`);
    });
    const app = new App().get("/", ({ background }) => void background.addTask(flaky));
    app.on("taskFailed", (failure) => reports.push(failure));
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(reports.map(({ attempts, error }) => [attempts, (error as Error).message])).toEqual([[3, "attempt 3"]]);
  });

  test("a listener that itself throws harms nobody", async () => {
    const steps: string[] = [];
    const { log } = recordLog();
    const app = new App({ log }).get("/", ({ background }) => {
      background.addTask(() => {
        throw new Error("A");
      });
      background.addTask(() => void steps.push("B"));
    });
    app.on("taskFailed", () => {
      throw new Error("the listener");
    });
    app.on("taskFailed", ({ error }) => steps.push(`second listener: ${(error as Error).message}`));
    const server = await listen(app);
    await fetch(server.url);
    await server.close();
    expect(steps).toEqual(["second listener: A", "B"]);
  });
});

describe("13: with no handler the process stays alive", () => {
  test("whatever its tasks throw, each is logged once with its stack", async () => {
    const child = startChild(new URL("./fixtures/failing-tasks.ts", import.meta.url));
    const port = await child.line(/^\d+$/);
    const url = `http://127.0.0.1:${port}`;
    for (let count = 0; count < 2; count += 1) expect((await fetch(`${url}/fail`)).status).toBe(200);
    expect((await fetch(`${url}/alive`)).status).toBe(200);
    child.process.kill("SIGTERM");
    expect(await child.exit).toBe(0);
    for (const name of ["throwsAtOnce", "rejects", "throwsUndefined", "broken-task"]) {
      expect(child.errors().split(`the background task ${name} failed`)).toHaveLength(3);
    }
    expect(child.errors()).toContain("thrown at once");
    expect(child.errors()).toMatch(/at rejects .*failing-tasks\.ts/);
    expect(child.errors()).not.toMatch(/unhandled|uncaught/i);
  });
});

describe("14: a task throws a type that an app error handler takes → the original error is reported", () => {
  test.each<[string, Error]>([
    ["a class of the app", new OrderError("order refused")],
    ["HTTPException", new HTTPException(409, "taken")],
  ])("%s", async (_name, thrown) => {
    const reports: TaskFailed[] = [];
    const handled: unknown[] = [];
    const { log, lines } = recordLog();
    const app = new App({ log })
      .get("/", ({ background }) => {
        background.addTask(function charge() {
          throw thrown;
        });
        return "accepted";
      })
      .onError(OrderError, (error) => handled.push(error))
      .onError(HTTPException, (error) => handled.push(error));
    app.on("taskFailed", (failure) => reports.push(failure));
    const server = await listen(app);
    const response = await fetch(server.url);
    expect([response.status, await response.json()]).toEqual([200, "accepted"]);
    await server.close();
    expect(reports.map(({ name, error }) => [name, error])).toEqual([["charge", thrown]]);
    expect(reports[0]?.error).toBe(thrown);
    expect(handled).toEqual([]);
    expect(lines).toEqual([]);
  });
});
