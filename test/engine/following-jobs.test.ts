import { Engine, memory, task, type Store } from "afterwork";
import { expect, test } from "vitest";

import { withChanges } from "../behaviour/support/engines.ts";
import { MemoryLog } from "../base/memory-log.ts";

const work = task("work", { durable: true }, () => {});

test("those who follow a job do not ask for every hint of the others", async () => {
  let looks = 0;
  const inner = memory();
  const get: Store["get"] = (ids, options) => {
    looks += 1;
    return inner.get(ids, options);
  };
  const end = Promise.withResolvers<void>();
  const long = task("long", { durable: true }, () => end.promise);
  await using engine = new Engine({ store: withChanges(inner, { get }), tasks: [work, long], log: new MemoryLog() });
  await engine.work();
  const job = await engine.enqueue(long);
  const types: unknown[] = [];
  const following = (async () => {
    for await (const { data } of job.events()) types.push(data);
  })();
  for (let call = 0; call < 300; call += 1) await engine.enqueue(work);
  end.resolve();
  await following;
  expect(types.at(-1)).toBe("succeeded");
  expect(looks).toBeLessThan(100);
});
