import { Engine, memory, task, type Store } from "afterwork";
import { expect, onTestFinished, test } from "vitest";

import { ManualClock } from "../../base/manual-clock.ts";

const leaseMs = 3_000;

interface Machine {
  readonly engine: Engine;
  /** Sleeps for so long: whatever was due meanwhile is late. */
  sleep(ms: number): Promise<void>;
  /** How often the job has been started. */
  readonly starts: () => number;
  readonly letEnd: () => void;
}

async function startMachine(open: (clock: ManualClock) => Store = (clock) => memory({ clock })): Promise<Machine> {
  const clock = new ManualClock();
  const { promise, resolve } = Promise.withResolvers<void>();
  let starts = 0;
  const long = task("long", { durable: true, backoff: 1 }, async () => {
    starts += 1;
    await promise;
  });
  const engine = new Engine({ store: open(clock), clock, tasks: [long], lease: leaseMs });
  onTestFinished(async () => {
    resolve();
    await engine.close();
  });
  await engine.work();
  await engine.enqueue(long);
  await expect.poll(() => starts).toBe(1);
  const sleep = async (ms: number): Promise<void> => {
    clock.advance(ms);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
  };
  return { engine, sleep, starts: () => starts, letEnd: resolve };
}

test("a machine that has slept past the lease goes on with its jobs", async () => {
  // Whether the heartbeat or the sweep is due first is a matter of chance.
  for (let round = 0; round < 20; round += 1) {
    const { engine, sleep, starts, letEnd } = await startMachine();
    await sleep(10 * leaseMs);
    for (let third = 0; third < 6; third += 1) await sleep(leaseMs / 3);
    expect(starts()).toBe(1);
    letEnd();
    await expect.poll(async () => (await engine.counts()).statuses.succeeded).toBe(1);
  }
});

test("two workers of one process are no judges of each other either", async () => {
  for (let round = 0; round < 20; round += 1) {
    const { engine, sleep, starts } = await startMachine();
    await engine.work();
    await sleep(10 * leaseMs);
    for (let third = 0; third < 6; third += 1) await sleep(leaseMs / 3);
    expect(starts()).toBe(1);
  }
});

test("nor is one that fell asleep while its renewal was on the way", async () => {
  for (let round = 0; round < 20; round += 1) {
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const { sleep, starts } = await startMachine((clock) => {
      const store = memory({ clock });
      const extend = store.extend.bind(store);
      const late: Store["extend"] = async (...args) => {
        const alive = await extend(...args);
        await answered;
        return alive;
      };
      return Object.assign(store, { extend: late });
    });
    await sleep(leaseMs / 3);
    await sleep(10 * leaseMs);
    answer();
    for (let step = 0; step < 24; step += 1) await sleep(leaseMs / 12);
    expect(starts()).toBe(1);
  }
});
