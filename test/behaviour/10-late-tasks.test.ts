import { App, task, threads, type BackgroundTasks, type LocalJob } from "afterwork";
import { describe, expect, onTestFinished, test } from "vitest";

import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";

/** One request to an app with one route, then everything that follows from it. */
async function serveOnce(handler: (background: BackgroundTasks) => unknown, app = new App()): Promise<Response> {
  app.get("/", ({ background }) => handler(background));
  const server = await listen(app);
  const response = await fetch(server.url);
  await response.arrayBuffer();
  await server.close();
  return response;
}

describe("10: addTask after the request has settled → runs at once", () => {
  test("from code that nobody waits for", async () => {
    const mayGoOn = makeGate();
    const added = makeGate();
    const steps: string[] = [];
    let job: LocalJob<string> | undefined;
    const app = new App().get("/", ({ background }) => {
      background.addTask(() => void steps.push("in time"));
      void mayGoOn.passed.then(() => {
        job = background.addTask(() => {
          steps.push("late");
          return "done";
        });
        steps.push(`added: ${job.status()}`);
        added.open();
      });
    });
    const { url } = await listen(app);
    await fetch(url);
    await expect.poll(() => steps).toEqual(["in time"]);
    mayGoOn.open();
    await added.passed;
    expect(await job?.result()).toBe("done");
    expect(steps).toEqual(["in time", "added: queued", "late"]);
  });

  test("of a request without any task before", async () => {
    const mayGoOn = makeGate();
    const ran = makeGate();
    const app = new App().get("/", ({ background }) => {
      void mayGoOn.passed.then(() => background.addTask(ran.open));
    });
    const { url } = await listen(app);
    await (await fetch(url)).text();
    mayGoOn.open();
    await ran.passed;
  });

  test("of a failed request: success and always run, onFailure too; of a good one onFailure does not", async () => {
    for (const failed of [true, false]) {
      const steps: string[] = [];
      const settled = makeGate();
      const ran = makeGate();
      const app = new App().get("/", ({ background, response }) => {
        background.always.addTask(settled.open);
        void settled.passed.then(() => {
          background.onFailure.addTask(() => void steps.push("failure"));
          background.always.addTask(() => void steps.push("always"));
          background.addTask(() => {
            steps.push("success");
            ran.open();
          });
        });
        response.status = 202;
        if (failed) throw new Error("failed");
      });
      app.on("requestFailed", () => {});
      const { url } = await listen(app);
      await fetch(url);
      await ran.passed;
      expect(steps).toEqual(failed ? ["failure", "always", "success"] : ["always", "success"]);
    }
  });

  test("one that fails is reported like any other", async () => {
    const settled = makeGate();
    const failure = Promise.withResolvers<string>();
    const app = new App().get("/", ({ background }) => {
      background.addTask(settled.open);
      void settled.passed.then(() =>
        background.addTask(function late() {
          throw new Error("too late");
        }),
      );
    });
    app.on("taskFailed", ({ name, error }) => failure.resolve(`${name}: ${(error as Error).message}`));
    const { url } = await listen(app);
    await fetch(url);
    expect(await failure.promise).toBe("late: too late");
  });
});

describe("10: addTask inside a running task → runs when that task has succeeded", () => {
  const outer = task("outer", ({ background }, steps: string[]) => {
    background.addTask(() => void steps.push("inner"));
    steps.push("outer ends");
  });

  test("by the context of a task, before those that were added to the request later", async () => {
    const steps: string[] = [];
    await serveOnce((background) => {
      background.addTask(outer, steps);
      background.addTask(() => void steps.push("next"));
    });
    expect(steps.slice(0, 1)).toEqual(["outer ends"]);
    expect(steps.toSorted()).toEqual(["inner", "next", "outer ends"]);
  });

  test("by the request's own list, which the function has from its closure", async () => {
    const steps: string[] = [];
    await serveOnce((background) => {
      background.addTask(async () => {
        background.addTask(() => void steps.push("inner"));
        await new Promise(setImmediate);
        steps.push("outer ends");
      });
    });
    expect(steps).toEqual(["outer ends", "inner"]);
  });

  test("nested three deep", async () => {
    const steps: string[] = [];
    await serveOnce((background) => {
      background.addTask(() => {
        background.addTask(async () => {
          background.addTask(() => void steps.push("third"));
          await Promise.resolve();
          steps.push("second");
        });
        steps.push("first");
      });
    });
    expect(steps).toEqual(["first", "second", "third"]);
  });

  test("a task that fails drops what it added; a failed attempt drops what that attempt added", async () => {
    const steps: string[] = [];
    const flaky = task("flaky", { retries: 1, backoff: 1 }, ({ background, attempt }) => {
      background.addTask(() => void steps.push(`inner of attempt ${attempt}`));
      background.always.addTask(() => void steps.push(`always of attempt ${attempt}`));
      if (attempt === 1) throw new Error("first attempt");
    });
    const app = new App();
    app.on("taskFailed", ({ name }) => steps.push(`${name} failed`));
    await serveOnce((background) => {
      background.addTask(flaky);
      background.addTask(function broken() {
        background.addTask(() => void steps.push("never"));
        throw new Error("broken");
      });
    }, app);
    expect(steps).toContain("inner of attempt 2");
    expect(steps).toContain("always of attempt 1");
    expect(steps).toContain("broken failed");
    expect(steps).not.toContain("inner of attempt 1");
    expect(steps).not.toContain("never");
  });
});

describe("10: waiting for one's own task in the handler → an error at once, not a deadlock", () => {
  test.each([
    ["a function", (background: BackgroundTasks) => background.addTask(() => 1)],
    ["a task", (background: BackgroundTasks) => background.addTask(task("one", () => 1))],
    ["an always-task", (background: BackgroundTasks) => background.always.addTask(() => 1)],
    ["a thread function", (background: BackgroundTasks) => background.addTask(openThreads().compress, 1)],
  ])("%s", async (_name, add) => {
    const codes: unknown[] = [];
    const response = await serveOnce(async (background) => {
      const job = add(background);
      expect(job.status()).toBe("pending");
      await job.result().catch((error: unknown) => codes.push((error as { code: string }).code));
      return "answered";
    });
    expect([response.status, codes]).toEqual([200, ["JOB_PENDING"]]);
  });

  test("in a running task as well", async () => {
    const codes: unknown[] = [];
    await serveOnce((background) => {
      background.addTask(async () => {
        const inner = background.addTask(() => {});
        await inner.result().catch((error: unknown) => codes.push((error as { code: string }).code));
      });
    });
    expect(codes).toEqual(["JOB_PENDING"]);
  });

  test("the result can be had afterwards, by whoever has kept the job", async () => {
    const jobs: LocalJob<number>[] = [];
    await serveOnce((background) => void jobs.push(background.addTask(async () => 42)));
    expect(await jobs[0]?.result()).toBe(42);
    expect(jobs[0]?.status()).toBe("succeeded");
  });
});

function openThreads() {
  const url = new URL("./fixtures/cpu-work.ts", import.meta.url);
  const cpu = threads<typeof import("./fixtures/cpu-work.ts")>(url, { maxThreads: 1 });
  onTestFinished(() => threads.close(cpu));
  return cpu;
}
