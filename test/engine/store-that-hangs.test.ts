import { Engine, memory, task } from "afterwork";
import { expect, test } from "vitest";

import { withChanges } from "../behaviour/support/engines.ts";
import { MemoryLog } from "../base/memory-log.ts";

const work = task("work", { durable: true }, () => {});
const never = (): Promise<never> => new Promise(() => {});

test.each(["open", "close"] as const)("an engine whose store hangs in %s is closed with an error", async (name) => {
  const store = withChanges(memory(), { [name]: never });
  const engine = new Engine({ store, tasks: [work], storeTimeout: 100, log: new MemoryLog() });
  void engine.enqueue(work).catch(() => {});
  await expect(engine.close()).rejects.toThrow(`the store did not ${name} within 100 ms, and is left as it is`);
});
