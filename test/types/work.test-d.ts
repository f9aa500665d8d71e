import {
  App,
  depends,
  header,
  query,
  request,
  task,
  type BackgroundTasks,
  type Job,
  type LocalJob,
  type Task,
} from "afterwork";
import { describe, expectTypeOf, test } from "vitest";

declare const background: BackgroundTasks;
declare function send(to: string, times?: number): Promise<boolean>;
declare function log(...lines: string[]): void;

const session = depends(async () => Promise.resolve({ insert: (row: string) => row.length }));
const audit = task("audit", { deps: { session }, retries: 5 }, async ({ session }, userId: number, action: string) => {
  expectTypeOf(session).toEqualTypeOf<{ insert: (row: string) => number }>();
  expectTypeOf(userId).toEqualTypeOf<number>();
  return { audited: action };
});
const durable = task("durable", { durable: true }, (_context, id: number) => String(id));

describe("addTask", () => {
  test("takes a function with its arguments and returns a job of its awaited result", () => {
    expectTypeOf(background.addTask(send, "bob")).toEqualTypeOf<LocalJob<boolean>>();
    expectTypeOf(background.addTask(send, "bob", 2)).toEqualTypeOf<LocalJob<boolean>>();
    expectTypeOf(background.addTask(() => 5).result()).resolves.toEqualTypeOf<number>();
    expectTypeOf(background.addTask(log)).toEqualTypeOf<LocalJob<void>>();
    expectTypeOf(background.addTask(log, "a", "b")).toEqualTypeOf<LocalJob<void>>();
    expectTypeOf(background.addTask(() => Promise.reject(new Error("x")))).toEqualTypeOf<LocalJob<never>>();
    expectTypeOf(background.always.addTask(send, "bob")).toEqualTypeOf<LocalJob<boolean>>();
    expectTypeOf(background.onFailure.addTask(send, "bob")).toEqualTypeOf<LocalJob<boolean>>();
    expectTypeOf(background.concurrent()).toExtend<BackgroundTasks>();
  });

  test("takes a task with the arguments behind its context", () => {
    expectTypeOf(audit).toExtend<Task<[number, string], { audited: string }, false>>();
    expectTypeOf(background.addTask(audit, 1, "create")).toEqualTypeOf<LocalJob<{ audited: string }>>();
    expectTypeOf(background.addTask(audit.with({ retries: 1 }), 1, "create")).toEqualTypeOf<
      LocalJob<{ audited: string }>
    >();
  });

  test("returns a job that has to be awaited for a durable task", () => {
    expectTypeOf(background.addTask(durable, 1)).toEqualTypeOf<Job<string>>();
    expectTypeOf(background.addTask(durable, 1).status()).resolves.toBeString();
    expectTypeOf(background.addTask(durable.with({ timeout: "5s" }), 1).stored()).resolves.toBeVoid();
  });

  test("refuses wrong, missing and superfluous arguments of a function", () => {
    // @ts-expect-error a number is no string
    background.addTask(send, 5);
    // @ts-expect-error an argument is missing
    background.addTask(send);
    // @ts-expect-error one too many
    background.addTask(send, "bob", 2, 3);
    // @ts-expect-error the second one is a number
    background.addTask(send, "bob", "2");
    // @ts-expect-error it takes none
    background.addTask(() => {}, 1);
  });

  test("refuses wrong, missing and superfluous arguments of a task", () => {
    // @ts-expect-error a string is no number
    background.addTask(audit, "1", "create");
    // @ts-expect-error the second one is missing
    background.addTask(audit, 1);
    // @ts-expect-error one too many
    background.addTask(audit, 1, "create", 3);
    // @ts-expect-error a string is no number
    background.addTask(durable.with({}), "1");
  });

  test("refuses what can't be run", () => {
    // @ts-expect-error nothing would pull a generator
    background.addTask(function* () {});
    // @ts-expect-error nor an asynchronous one
    background.addTask(async function* () {});
    // @ts-expect-error nor one with arguments
    background.addTask(function* (_count: number) {}, 1);
    // @ts-expect-error a promise has been started already
    background.addTask(send("bob"));
    // @ts-expect-error a class is no function to call
    background.addTask(Date.prototype.constructor as typeof URL, "x");
    // @ts-expect-error no more is a name
    background.addTask("send", "bob");
    // @ts-expect-error nor nothing
    background.addTask(undefined);
  });
});

describe("a job", () => {
  test("of this process answers at once, a stored one later", () => {
    expectTypeOf(background.addTask(send, "x").status()).toEqualTypeOf<
      "pending" | "queued" | "running" | "retrying" | "succeeded" | "failed" | "cancelled"
    >();
    expectTypeOf(background.addTask(send, "x").cancel()).toEqualTypeOf<"cancelled" | "requested" | "terminal">();
    expectTypeOf(background.addTask(send, "x")).not.toHaveProperty("stored");
  });

  test("of something special is also a job of something general", () => {
    expectTypeOf<LocalJob<"a">>().toExtend<LocalJob<string>>();
    expectTypeOf<LocalJob<string>>().not.toExtend<LocalJob<number>>();
  });
});

describe("the definition of a task", () => {
  const page = depends({ page: query() }, ({ page }) => page);
  const nested = depends({ page }, ({ page }) => page);

  test("refuses dependencies that read the request, by themselves or further down", () => {
    // @ts-expect-error a header belongs to a request
    task("t", { deps: { token: header() } }, () => {});
    // @ts-expect-error the request itself
    task("t", { deps: { incoming: request() } }, () => {});
    // @ts-expect-error a dependency that reads the query
    task("t", { deps: { page } }, () => {});
    // @ts-expect-error a dependency of such a dependency
    task("t", { deps: { nested } }, () => {});
  });

  test("refuses reserved names, unknown options and wrong values", () => {
    // @ts-expect-error log belongs to the context
    task("t", { deps: { log: session } }, () => {});
    // @ts-expect-error attempt, too
    task("t", { deps: { attempt: session } }, () => {});
    // @ts-expect-error retries is a number
    task("t", { retries: "3" }, () => {});
    // @ts-expect-error "30 seconds" is no duration
    task("t", { timeout: "30 seconds" }, () => {});
    // @ts-expect-error an exponential backoff has a delay
    task("t", { backoff: { type: "exponential" } }, () => {});
    // @ts-expect-error deps can't be changed for a call
    audit.with({ deps: {} });
    // @ts-expect-error nor can it become durable for one
    audit.with({ durable: true });
  });

  test("gives the function its dependencies and the context of a task", () => {
    task("t", { deps: { session } }, (context) => {
      expectTypeOf(context.session.insert).toBeFunction();
      expectTypeOf(context.attempt).toBeNumber();
      expectTypeOf(context.signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(context.background).toEqualTypeOf<BackgroundTasks>();
      expectTypeOf(context).not.toHaveProperty("request");
    });
    task("t", ({ attempt, log }) => log.info(`attempt ${attempt}`));
  });
});

test("the events of an app are typed by their name", () => {
  const app = new App();
  app.on("taskFailed", (failed) => {
    expectTypeOf(failed.attempts).toBeNumber();
    expectTypeOf(failed.error).toBeUnknown();
  });
  app.on("taskFailed", async () => Promise.resolve());
  // @ts-expect-error there is no such event
  app.on("taskFailled", () => {});
});
