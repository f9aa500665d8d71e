import { App, task } from "afterwork";
import { describe, expect, test } from "vitest";
import { MemoryLog } from "../base/memory-log.ts";
import { ask } from "../dependencies/ask.ts";
import { tryHandler } from "./trial.ts";

describe("a task that fails", () => {
  test("doesn't keep the others from running, sync or async", async () => {
    const events: string[] = [];
    const trial = tryHandler(({ background }) => {
      background.addTask(function first() {
        throw new Error("sync");
      });
      background.addTask(async function second() {
        await Promise.resolve();
        throw new Error("async");
      });
      background.addTask(() => void events.push("third"));
    });
    expect((await trial.run()).status).toBe(200);
    expect(events).toEqual(["third"]);
    expect(trial.failures.map(({ name, error }) => [name, String(error)])).toEqual([
      ["first", "Error: sync"],
      ["second", "Error: async"],
    ]);
  });

  test("is told once, with the very error, its id and its attempts", async () => {
    const error = new Error("broken");
    const ids: string[] = [];
    const trial = tryHandler(({ background }) => {
      const job = background.addTask(async function breaks() {
        throw error;
      });
      ids.push(job.id);
    });
    await trial.run();
    expect(trial.failures).toEqual([{ id: ids[0], name: "breaks", error, attempts: 1 }]);
    expect(trial.failures[0]?.error).toBe(error);
    expect(trial.log.lines).toEqual([]);
  });

  test("is logged when nobody listens, with its error", async () => {
    const log = new MemoryLog();
    const app = new App({ log });
    const error = new Error("broken");
    const ids: string[] = [];
    app.get("/", ({ background }) => {
      ids.push(
        background.addTask(function breaks() {
          throw error;
        }).id,
      );
    });
    await ask(app);
    await app.close();
    expect(log.lines).toEqual([
      { level: "error", message: "the background task breaks failed", fields: { job: ids[0], error, attempts: 1 } },
    ]);
  });

  test.each([undefined, null, "text", Object.create(null)])("may throw anything, such as %o", async (thrown) => {
    const trial = tryHandler(({ background }) => {
      background.addTask(() => {
        throw thrown;
      });
      background.addTask(() => Promise.reject(thrown));
    });
    await trial.run();
    expect(trial.failures.map(({ error }) => error)).toEqual([thrown, thrown]);
  });

  test("is reported as it is, also if the app handles errors of its type", async () => {
    const trial = tryHandler(({ background }) => {
      background.addTask(() => {
        throw new RangeError("in the task");
      });
      return "fine";
    });
    let handled = 0;
    trial.app.onError(RangeError, () => (handled += 1));
    expect((await trial.run()).body).toBe("fine");
    expect([handled, trial.failures.map(({ error }) => (error as Error).message)]).toEqual([0, ["in the task"]]);
  });

  test("several times is told once, at the end, with all its attempts", async () => {
    const flaky = task("flaky", { retries: 2, backoff: 1 }, ({ attempt }) => {
      throw new Error(`attempt ${attempt}`);
    });
    const trial = tryHandler(({ background }) => void background.addTask(flaky));
    await trial.run();
    expect(trial.failures).toMatchObject([{ name: "flaky", attempts: 3, error: { message: "attempt 3" } }]);
  });
});

describe("a listener", () => {
  test("that throws disturbs neither the tasks nor the other listeners", async () => {
    const heard: string[] = [];
    const trial = tryHandler(({ background }) => {
      background.addTask(function breaks() {
        throw new Error("broken");
      });
      background.addTask(() => void heard.push("next task"));
    });
    trial.app.on("taskFailed", () => {
      throw new Error("deaf");
    });
    trial.app.on("taskFailed", ({ name }) => heard.push(name));
    await trial.run();
    expect(heard).toEqual(["breaks", "next task"]);
    expect(trial.log.messages("error")).toEqual(['a listener of "taskFailed" failed']);
  });
});

describe("the hint of a lost this", () => {
  class Mail {
    readonly #sent: string[] = [];
    count = 0;
    log = { lines: [] as string[] };
    send(to: string): void {
      this.#sent.push(to);
    }
    read(): string[] {
      return this.log.lines;
    }
    write(): void {
      this.count = 1;
    }
    call(): void {
      this.read();
    }
    callPrivate(): void {
      this.#deliver();
    }
    destructure(): unknown {
      const { count } = this;
      return count;
    }
    async later(): Promise<string[]> {
      await Promise.resolve();
      return this.log.lines;
    }
    #deliver(): void {
      this.count += 1;
    }
  }
  const mail = new Mail();

  test.each(["send", "read", "write", "call", "callPrivate", "destructure", "later"] as const)(
    "comes with a method that was passed by itself: %s",
    async (method) => {
      const trial = tryHandler(({ background }) => void background.addTask(mail[method] as () => unknown));
      await trial.run();
      expect(trial.failures).toMatchObject([
        {
          name: method,
          error: expect.any(TypeError) as TypeError,
          hint: `${method} uses "this", which is lost when a method is passed by itself; add () => object.${method}(…) instead`,
        },
      ]);
    },
  );

  test("doesn't come with other errors, nor with functions that have no this", async () => {
    const trial = tryHandler(({ background }) => {
      background.addTask(function (this: unknown) {
        throw new Error(`of undefined (reading ${typeof this})`);
      });
      background.addTask((value?: { deep: string }) => value!.deep);
      background.addTask(() => mail.read());
    });
    await trial.run();
    expect(trial.failures.map(({ hint }) => hint)).toEqual([undefined, undefined]);
  });

  test("stands in the log, too", async () => {
    const log = new MemoryLog();
    const app = new App({ log });
    app.get("/", ({ background }) => void background.addTask(mail.read));
    await ask(app);
    await app.close();
    expect(log.lines[0]?.fields?.["hint"]).toMatch(/^read uses "this"/);
  });
});
