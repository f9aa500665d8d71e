import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, test } from "vitest";

import { runEntered } from "../../src/base/run-entered.ts";

const storage = new AsyncLocalStorage<string>();

test("the function, and what it goes on with later, have the value", async () => {
  const scope = new AsyncResource("test");
  const later = scope.runInAsyncScope(() =>
    runEntered(storage, "inside", async () => {
      await nextTurn();
      return storage.getStore();
    }),
  );

  expect(await later).toBe("inside");
});

test("when the scope has ended its surroundings are as they were", () => {
  storage.run("outside", () => {
    const scope = new AsyncResource("test");

    expect(scope.runInAsyncScope(() => runEntered(storage, "inside", () => storage.getStore()))).toBe("inside");
    expect(storage.getStore()).toBe("outside");
  });
});

test("a function that throws leaves its surroundings as they were", () => {
  const scope = new AsyncResource("test");
  const fail = (): never => {
    throw new Error("thrown inside");
  };

  expect(() => scope.runInAsyncScope(() => runEntered(storage, "inside", fail))).toThrow("thrown inside");
  expect(storage.getStore()).toBeUndefined();
});
