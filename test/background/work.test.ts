import { InvalidWorkError, task } from "afterwork";
import { describe, expect, test } from "vitest";
import { MemoryLog } from "../base/memory-log.ts";
import { tryHandler } from "./trial.ts";

/** What `addTask` throws for a work that the types would refuse. */
async function refusal(work: unknown): Promise<unknown> {
  let thrown: unknown;
  const trial = tryHandler(({ background }) => {
    try {
      background.addTask(work as () => void);
    } catch (error) {
      thrown = error;
    }
  });
  await trial.run();
  return thrown;
}

async function* generate(): AsyncGenerator<number> {
  yield 1;
}

describe("addTask refuses at the call", () => {
  const wanted = "addTask: expected a function, a function of threads(), a task, or a composition of tasks, got ";

  test.each([
    [function* report() {}, "the generator function report; nothing would pull it"],
    [generate, "the generator function generate; nothing would pull it"],
    [generate.bind(null), "the generator function bound generate; nothing would pull it"],
    [
      Promise.resolve(1),
      "a promise; pass the function and its arguments: addTask(send, mail), not addTask(send(mail))",
    ],
    [undefined, "undefined"],
    [null, "null"],
    ["send", '"send"'],
    [{ run: () => {} }, "an object"],
    [[() => {}], "an array of 1"],
  ])("%o", async (work, got) => {
    expect(await refusal(work)).toEqual(new InvalidWorkError(wanted + got));
  });
});

describe("work that turns out wrong", () => {
  test.each([
    ["a function", () => generate()],
    ["an async function", async () => (function* () {})()],
    ["a task", task("lazy", () => generate())],
  ])("because %s returned a generator fails clearly", async (_kind, work) => {
    const trial = tryHandler(({ background }) => void background.addTask(work as () => void));
    await trial.run();
    expect(trial.failures).toMatchObject([
      {
        error: {
          code: "INVALID_WORK",
          message: "a background task returned a generator; nothing pulls it, so it would never run",
        },
      },
    ]);
  });

  test("because it is a class fails clearly, by its name", async () => {
    class Mailer {}
    const trial = tryHandler(({ background }) => void background.addTask(Mailer as unknown as () => void));
    await trial.run();
    expect(trial.failures).toMatchObject(
      [{ name: "Mailer", error: { message: /Mailer cannot be invoked/ } }].map(() => ({
        name: "Mailer",
        error: { message: expect.stringContaining("Class constructor Mailer cannot be invoked") as string },
      })),
    );
  });
});

test("other iterables that are returned are results like any other", async () => {
  const trial = tryHandler(({ background }) => {
    background.addTask(() => new Map([[1, 2]]));
    background.addTask(() => [1, 2]);
  });
  await trial.run();
  expect(trial.failures).toEqual([]);
});

test("a promise that is returned is awaited, of whatever make", async () => {
  const events: string[] = [];
  const trial = tryHandler(({ background }) => {
    background.addTask(() => ({
      // oxlint-disable-next-line unicorn/no-thenable
      then: (resolve: (value: string) => void) => setTimeout(() => (events.push("first"), resolve("x")), 5),
    }));
    background.addTask(() => void events.push("second"));
  });
  await trial.run();
  expect(events).toEqual(["first", "second"]);
});

test("a function without a name has one in messages, and a bound one keeps its own", async () => {
  function send(): void {}
  const trial = tryHandler(({ background }) => {
    const names = [() => {}, send.bind(null), task("mail.send", () => {})].map((work) => background.addTask(work).name);
    return names;
  });
  expect((await trial.run()).body).toEqual(["anonymous function", "bound send", "mail.send"]);
});

describe("a block of the event loop", () => {
  const burn = (ms: number): void => {
    const end = performance.now() + ms;
    while (performance.now() < end);
  };

  test("by a task is warned of, with its name, the milliseconds and the remedy, once a minute", async () => {
    const log = new MemoryLog();
    const trial = tryHandler(
      ({ background }) => {
        background.addTask(function compress() {
          burn(70);
        });
        background.addTask(function compress() {
          burn(70);
        });
        background.addTask(
          task("resize", () => {
            burn(70);
          }),
        );
      },
      { log },
    );
    await trial.run();
    const warnings = log.lines.filter(({ level }) => level === "warn");
    expect(warnings.map(({ fields }) => fields?.["task"])).toEqual(["compress", "resize"]);
    expect(warnings[0]?.message).toMatch(
      /^the background task compress blocked the event loop for \d+ ms; move it into a thread: threads</,
    );
    expect(Number(warnings[0]?.fields?.["ms"])).toBeGreaterThanOrEqual(70);
  });

  test("is told also of a task that then fails", async () => {
    const log = new MemoryLog();
    const trial = tryHandler(
      ({ background }) => {
        background.addTask(function breaks() {
          burn(70);
          throw new Error("after all that");
        });
      },
      { log },
    );
    await trial.run();
    expect([log.messages("warn").length, trial.failures.length]).toEqual([1, 1]);
  });

  test("isn't seen in waiting", async () => {
    const log = new MemoryLog();
    const trial = tryHandler(
      ({ background }) => void background.addTask(() => new Promise((resolve) => setTimeout(resolve, 80))),
      { log },
    );
    await trial.run();
    expect(log.lines).toEqual([]);
  });
});
