import { chain, chord, Engine, group, memory, task, type Store } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { describe, expect, test } from "vitest";

import { MemoryLog } from "../base/memory-log.ts";

const durable = { durable: true } as const;
const nothing = task("nothing", durable, () => {});
const three = task("three", durable, () => 3);
const show = task("show", durable, (_context, list: readonly unknown[]) => JSON.stringify(list));

describe.each<{ name: string; open: () => Store }>([
  { name: "memory", open: () => memory() },
  { name: "sqlite", open: () => sqlite(":memory:") },
])("compositions on $name", ({ open }) => {
  test("a group takes members that return nothing", async () => {
    await using engine = new Engine({ store: open(), tasks: [nothing, three, show], log: new MemoryLog() });
    await engine.work();
    const job = await engine.enqueue(group([nothing], [three], group([nothing])));
    expect(await job.result()).toEqual([null, 3, [null]]);
    expect(await (await engine.enqueue(chord([[nothing]], show))).result()).toBe("[null]");
  });

  test("a group of none begins when what comes before it in a chain has ended", async () => {
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = task("first", durable, async () => {
      await gate.promise;
      order.push("first");
      return 1;
    });
    const add = task("add", durable, (_context, one: number, other: number) => one + other);
    const last = task("last", durable, (_context, list: readonly unknown[]) => {
      order.push("last");
      return list;
    });
    await using engine = new Engine({ store: open(), tasks: [first, add, last], log: new MemoryLog() });
    await engine.work();
    const others: readonly number[] = [];
    const job = await engine.enqueue(chain([first], group(...others.map((other) => [add, other] as const)), last));
    await expect(job.result({ timeout: 100 })).rejects.toThrow("did not end within 100 ms");
    gate.resolve();
    expect(await job.result()).toEqual([]);
    expect(order).toEqual(["first", "last"]);
  });
});
