import { describe, expect, test } from "vitest";
import { packError, unpackError } from "../../src/background/threads/packed-error.ts";
import { threads } from "../../src/background/threads/threads.ts";
import type { ThreadFunction } from "../../src/tasks/thread-function.ts";
import { openTasks } from "./fixtures/open-tasks.ts";

function rejection(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.fail("the call did not reject"),
    (error: unknown) => error,
  );
}

describe("an error thrown in a thread", () => {
  test("arrives with its name, message, properties, built-in class and the thread's stack", async () => {
    const error = await rejection(openTasks().failWith("order"));
    expect(error).toBeInstanceOf(RangeError);
    expect(error).toMatchObject({ name: "OrderError", message: "order refused", orderId: 7 });
    expect(error).not.toHaveProperty("notify");
    expect((error as Error).stack).toMatch(/order refused\n.*at failWith .*thread-tasks\.ts:\d+/);
  });

  test("arrives with its causes", async () => {
    const error = await rejection(openTasks().failWith("order"));
    expect(error).toMatchObject({ cause: expect.any(TypeError) });
    expect(error).toMatchObject({ cause: { message: "no stock", cause: "warehouse" } });
  });

  test("arrives with all errors of an aggregate", async () => {
    const error = await rejection(openTasks().failWith("aggregate"));
    expect(error).toBeInstanceOf(AggregateError);
    expect(error).toMatchObject({ message: "both failed", errors: [expect.any(TypeError), { message: "second" }] });
  });

  test("may be no error at all", async () => {
    const tasks = openTasks();
    expect(await rejection(tasks.failWith("string"))).toBe("just text");
    expect(await rejection(tasks.failWith("function"))).toBe("[function that cannot be sent between threads]");
  });

  test("leaves the thread alive", async () => {
    const tasks = openTasks();
    await tasks.countCalls();
    await rejection(tasks.failWith("order"));
    expect(await tasks.countCalls()).toBe(2);
  });

  test("may be its own cause", () => {
    const error = new Error("ring");
    error.cause = error;
    expect(unpackError(structuredClone(packError(error)))).toMatchObject({
      message: "ring",
      cause: { message: "ring" },
    });
  });
});

describe("what cannot be sent between threads", () => {
  test("as an argument rejects the call by name and leaves the thread alive", async () => {
    const tasks = openTasks();
    await tasks.countCalls();
    const error = await rejection(tasks.takeAnything(() => {}));
    expect(error).toMatchObject({ code: "INVALID_WORK", cause: { name: "DataCloneError" } });
    expect(String(error)).toMatch(/thread-tasks\.takeAnything was called with something that cannot be sent/);
    expect(await tasks.countCalls()).toBe(2);
  });

  test("as a result rejects the call by name and leaves the thread alive", async () => {
    const tasks = openTasks();
    await tasks.countCalls();
    const error = await rejection(tasks.returnFunction());
    expect(error).toMatchObject({ code: "INVALID_WORK", cause: { name: "DataCloneError" } });
    expect(String(error)).toMatch(/thread-tasks\.returnFunction returned something that cannot be sent/);
    expect(await tasks.countCalls()).toBe(2);
  });
});

describe("a module", () => {
  test("without that function names those it has", async () => {
    const tasks = openTasks() as unknown as Record<"compress" | "answer", ThreadFunction<[], void>>;
    const error = await rejection(tasks.compress());
    expect(error).toMatchObject({ code: "INVALID_WORK" });
    expect(String(error)).toMatch(/thread-tasks\.compress does not exist: .* exports the functions .*add, .*burn,/);
    await expect(tasks.answer()).rejects.toThrow(/thread-tasks\.answer does not exist/);
  });

  test("that fails to load rejects the call with the reason", async () => {
    const url = new URL("./fixtures/broken-tasks.ts", import.meta.url);
    await using tasks = threads<typeof import("./fixtures/broken-tasks.ts")>(url);
    const error = await rejection(tasks.never());
    expect(error).toMatchObject({ code: "INVALID_DEFINITION", cause: { message: "broken on purpose" } });
    expect(String(error)).toMatch(/broken-tasks\.never could not run, .* failed to load: broken on purpose/);
  });
});
