import { Engine, memory, schedule, task, type Store } from "afterwork";
import { TestClock } from "afterwork/testing";
import { expect, test } from "vitest";

import { MemoryLog } from "../../base/memory-log.ts";

const tick = task("tick", { durable: true }, () => {});
const everySecond = { every: "1s" } as const;

test("a schedule that can't fire does not hold up the others", async () => {
  let calls = 0;
  const key = (): string => {
    calls += 1;
    // It could be made when the schedule was defined.
    if (calls > 1) throw new Error("no key today");
    return "key";
  };
  const keyed = task("keyed", { durable: true, unique: { key } }, () => {});
  const clock = new TestClock();
  const schedules = [schedule("keyed", everySecond, keyed), schedule("tick", everySecond, tick)];
  const engine = new Engine({ store: memory({ clock }), clock, tasks: [keyed, tick], schedules, log: new MemoryLog() });
  const failures: string[] = [];
  engine.on("storeFailed", ({ doing }) => failures.push(doing));
  const ticked = new Promise((resolve) => engine.on("jobSucceeded", resolve));
  await engine.work();
  await expect.poll(() => clock.waiting).toBeGreaterThan(3);
  clock.advance("5s");
  await ticked;
  expect(failures).toContain("firing schedules");
  await engine.close();
});

test("an engine that is closed while a worker starts fires no schedules any more", async () => {
  const inner = memory();
  const registering = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const register: Store["register"] = async (worker) => {
    registering.resolve();
    await gate.promise;
    return inner.register(worker);
  };
  const store = new Proxy(inner, {
    get(target, name: keyof Store) {
      const member: unknown = name === "register" ? register : target[name];
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
  const clock = new TestClock();
  const schedules = [schedule("tick", everySecond, tick)];
  const engine = new Engine({ store, clock, tasks: [tick], schedules, log: new MemoryLog() });
  const failures: string[] = [];
  engine.on("storeFailed", ({ doing }) => failures.push(doing));
  const working = engine.work();
  await registering.promise;
  const closing = engine.close();
  gate.resolve();
  await Promise.all([working, closing]);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(clock.waiting).toBe(0);
  expect(failures).toEqual([]);
});
