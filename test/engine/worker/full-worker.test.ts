import { Engine, memory, task, type Store } from "afterwork";
import { expect, test } from "vitest";

import { systemClock } from "../../../src/base/clock.ts";
import { Fetcher } from "../../../src/engine/worker/fetcher.ts";
import { Session } from "../../../src/engine/worker/session.ts";
import { ManualClock } from "../../base/manual-clock.ts";
import { MemoryLog } from "../../base/memory-log.ts";

/** A store whose members are others in part. */
function withMembers(store: Store, members: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name: keyof Store) {
      const member: unknown = members[name] ?? target[name];
      return typeof member === "function" ? (member.bind(target) as unknown) : member;
    },
  });
}

test("a worker that could settle nothing for a while goes on when it can", async () => {
  const inner = memory();
  const { promise: open, resolve } = Promise.withResolvers<void>();
  const store = withMembers(inner, { settle: (worker, outcomes) => open.then(() => inner.settle(worker, outcomes)) });
  let runs = 0;
  const quick = task("quick", { durable: true }, () => void (runs += 1));
  await using engine = new Engine({ store, tasks: [quick], log: new MemoryLog(), poll: "1h" });
  await engine.enqueueMany(Array.from({ length: 3_000 }, () => [quick] as const));
  await engine.work();
  await expect.poll(() => runs).toBeGreaterThan(1_000);
  await new Promise((done) => setTimeout(done, 50));
  expect(runs).toBeLessThan(3_000);
  resolve();
  await expect.poll(() => runs).toBe(3_000);
});

test("a worker that had no room when a job became due claims it when it has", async () => {
  const clock = new ManualClock();
  const store = memory({ clock });
  await store.open();
  const crash = { onCrash: "retry", maxAttempts: 3, delayMs: 0, growing: false, maxDelayMs: 0 } as const;
  const keep = { succeededMs: 1e6, failedMs: 1e6 };
  await store.insert([{ id: "job", task: "t", queue: "q", priority: 0, args: "[]", delayMs: 20, crash, keep }]);
  const session = new Session({ store, leaseMs: 10_000, name: "host:1" });
  await session.register();
  let limit = 1;
  const [full, taken] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const fetcher = new Fetcher({
    store,
    session,
    clock: systemClock,
    queues: undefined,
    tasks: ["t"],
    pollMs: 3_600_000,
    room: () => {
      if (limit === 0) full.resolve();
      return { limit, keyed: 0 };
    },
    take: (jobs) => jobs.length > 0 && taken.resolve(),
    note: (answer) => {
      if (answer.jobs.length === 0) limit = 0;
    },
    lost: () => Promise.resolve(),
    onError: (error) => {
      throw error;
    },
  });
  const running = fetcher.run();
  await full.promise;
  clock.advance(20);
  limit = 1;
  fetcher.hasRoom();
  await taken.promise;
  fetcher.stop();
  await running;
});
