import { App, task, type BackgroundTasks, type LocalJob, type TaskFailed } from "afterwork";
import { describe, expect, test } from "vitest";

import { listen } from "./support/listen.ts";

async function run(handler: (background: BackgroundTasks) => void): Promise<{ failed: TaskFailed[]; status: number }> {
  const failed: TaskFailed[] = [];
  const app = new App().get("/", ({ background }) => handler(background));
  app.on("taskFailed", (failure) => failed.push(failure));
  app.on("requestFailed", () => {});
  const server = await listen(app);
  const { status } = await fetch(server.url);
  await server.close();
  return { failed, status };
}

/** Resolves in a later turn, like a database. */
const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("11: a function that returns a promise is awaited", () => {
  test.each<[string, (steps: string[]) => unknown]>([
    ["an async function", async (steps) => later().then(() => steps.push("first ends"))],
    ["a function that returns a promise", (steps) => later().then(() => steps.push("first ends"))],
    [
      "a function that returns a thenable",
      (steps) => ({
        // oxlint-disable-next-line unicorn/no-thenable
        then: (resolve: (value: unknown) => void) => void later().then(() => resolve(steps.push("first ends"))),
      }),
    ],
  ])("%s", async (_name, work) => {
    const steps: string[] = [];
    await run((background) => {
      background.addTask(work, steps);
      background.addTask(() => void steps.push("second"));
    });
    expect(steps).toEqual(["first ends", "second"]);
  });

  test("its rejection is the task's failure", async () => {
    const error = new Error("rejected");
    const { failed } = await run((background) => {
      background.addTask(() => later().then(() => Promise.reject(error)));
    });
    expect(failed).toHaveLength(1);
    expect(failed[0]?.error).toBe(error);
  });

  test("arguments arrive as they were given", async () => {
    const seen: unknown[] = [];
    const given = { an: "object" };
    await run((background) => {
      background.addTask((...args: unknown[]) => void seen.push(...args), 1, "two", given, undefined, null);
    });
    expect(seen).toEqual([1, "two", given, undefined, null]);
    expect(seen[2]).toBe(given);
  });
});

describe("11: a generator function is refused at the call", () => {
  function* numbers(): Generator<number> {
    yield 1;
  }
  async function* pages(): AsyncGenerator<number> {
    yield 1;
  }

  test.each<[string, unknown, RegExp]>([
    ["a generator function", numbers, /generator function numbers; nothing would pull it/],
    ["an async generator function", pages, /generator function pages; nothing would pull it/],
    ["a generator", numbers(), /expected a function/],
    ["a promise", Promise.resolve(), /a promise; pass the function and its arguments/],
    ["undefined", undefined, /expected a function, .* got undefined/],
    ["text", "send", /expected a function/],
  ])("%s, and anything else that can't be run", async (_name, work, message) => {
    const errors: unknown[] = [];
    const { status } = await run((background) => {
      for (const list of [background, background.always, background.onFailure]) {
        try {
          list.addTask(work as () => void);
        } catch (error) {
          errors.push(error);
        }
      }
    });
    expect(status).toBe(200);
    expect(errors).toHaveLength(3);
    for (const error of errors)
      expect(error).toMatchObject({ code: "INVALID_WORK", message: expect.stringMatching(message) });
  });

  test("as a task it is refused when defined", () => {
    expect(() => task("numbers", numbers as () => void)).toThrow(/generator function; nothing would pull it/);
  });

  test("one in disguise, an arrow function that calls it, fails and says so", async () => {
    const jobs: LocalJob[] = [];
    const { failed } = await run((background) => {
      jobs.push(background.addTask((() => numbers()) as () => void));
      jobs.push(background.addTask((async () => pages()) as () => unknown));
    });
    expect(jobs.map((job) => job.status())).toEqual(["failed", "failed"]);
    expect(failed.map(({ error }) => (error as Error).message)).toEqual([
      expect.stringContaining("returned a generator"),
      expect.stringContaining("returned a generator"),
    ]);
  });

  test("a method that has lost its object fails, and the report says what to change", async () => {
    class Mail {
      readonly from = "shop";
      send(): string {
        return this.from;
      }
    }
    const mail = new Mail();
    const { failed } = await run((background) => {
      background.addTask(mail.send);
      background.addTask(() => mail.send());
    });
    expect(failed).toHaveLength(1);
    expect(failed[0]).toMatchObject({ name: "send", hint: expect.stringContaining("() => object.send(…)") });
  });
});
