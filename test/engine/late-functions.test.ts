import { once } from "node:events";

import { Engine, memory, task } from "afterwork";
import { expect, test } from "vitest";
import { MemoryLog } from "../base/memory-log.ts";

test("a function that ignores its timeout keeps the place of its key until it has ended", async () => {
  const ends: PromiseWithResolvers<void>[] = [];
  let most = 0;
  let running = 0;
  let told = 0;
  const stubborn = task("stubborn", { durable: true, timeout: 20, concurrency: { limit: 1 } }, async ({ signal }) => {
    const end = Promise.withResolvers<void>();
    ends.push(end);
    running += 1;
    most = Math.max(most, running);
    await once(signal, "abort");
    told += 1;
    await end.promise;
    running -= 1;
  });
  await using engine = new Engine({ store: memory(), tasks: [stubborn], log: new MemoryLog(), grace: "30s" });
  const [first, second] = await engine.enqueueMany([[stubborn], [stubborn]]);
  await engine.work({ concurrency: 2 });
  await expect.poll(() => told).toBe(1);
  expect(await first.status()).toBe("running");
  ends[0]?.resolve();
  await expect(first.result()).rejects.toThrow("took longer than its timeout of 20 ms");
  await expect.poll(() => told).toBe(2);
  ends[1]?.resolve();
  await expect(second.result()).rejects.toThrow("took longer than its timeout");
  expect(most).toBe(1);
});
