import { Engine, memory, schedule, task } from "afterwork";
import { TestClock } from "afterwork/testing";
import { describe, expect, onTestFinished, test, vi } from "vitest";

import { tick } from "./fixtures/durable/timed-tasks.ts";
import { forEachSharedStore, type SharedStore } from "./support/shared-store.ts";

vi.setConfig({ testTimeout: 30_000 });

/** The last slot of a schedule that has been seen to; a schedule that is new begins now. */
async function lastSlot(shared: SharedStore, name: string): Promise<number> {
  const store = shared.open();
  await store.open();
  try {
    return (await store.schedules([name])).schedules[0]?.lastSlot ?? 0;
  } finally {
    await store.close();
  }
}

forEachSharedStore("43: schedules over several processes", (fresh) => {
  test("every slot → exactly one job", async () => {
    const store = fresh();
    const engine = store.engine([tick]);
    const begin = await lastSlot(store, "every-second");
    const start = (): ReturnType<typeof store.worker> => store.worker({ SCHEDULE: "everySecond" });
    const workers = await Promise.all([start(), start(), start(), start()]);
    await expect.poll(async () => (await engine.counts()).statuses.succeeded, { timeout: 15_000 }).toBeGreaterThan(2);
    workers[0]?.process.kill("SIGKILL");
    await expect.poll(async () => (await engine.counts()).statuses.succeeded, { timeout: 15_000 }).toBeGreaterThan(4);
    for (const worker of workers) worker.process.kill("SIGTERM");
    await Promise.all(workers.map((worker) => worker.exit));
    const slots = Math.floor((await lastSlot(store, "every-second")) / 1_000) - Math.floor(begin / 1_000);
    const { jobs } = await engine.jobs({ task: tick });
    expect(jobs).toHaveLength(slots);
    expect(slots).toBeGreaterThan(4);
  });

  test("the only scheduler dies between slots → fired late, once", async () => {
    const store = fresh();
    const engine = store.engine([tick]);
    const victim = await store.worker({ SCHEDULE: "everyTwoSeconds" });
    await victim.line(/^tick ran$/);
    victim.process.kill("SIGKILL");
    await victim.exit;
    const seen = await lastSlot(store, "every-two-seconds");
    const before = (await engine.jobs({ task: tick })).jobs.length;
    // Two slots pass with nobody there.
    await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(seen + 4_000);
    const heir = await store.worker({ SCHEDULE: "everyTwoSeconds" });
    await heir.line(/^tick ran$/);
    heir.process.kill("SIGKILL");
    await heir.exit;
    const { jobs } = await engine.jobs({ task: tick });
    const times = jobs.slice(0, jobs.length - before).map(({ createdAt }) => createdAt.getTime());
    const late = times.at(-1) ?? 0;
    expect(late).toBeGreaterThan(seen + 4_000);
    // What follows the late one is punctual.
    const after = ((await lastSlot(store, "every-two-seconds")) - Math.floor(late / 2_000) * 2_000) / 2_000;
    expect(times).toHaveLength(1 + after);
  });
});

describe("43: 02:30 daily in Europe/Berlin", () => {
  const minuteMs = 60_000;

  test.each([
    ["the clocks go forward", "2026-03-28T12:00:00Z", ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"]],
    ["the clocks go back", "2026-10-24T12:00:00Z", ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"]],
  ])("%s → once", async (_change, from, expected) => {
    const clock = new TestClock(new Date(from));
    const fired: number[] = [];
    const report = task("report", { durable: true }, () => void fired.push(clock.now()));
    const nightly = schedule("nightly", { cron: "30 2 * * *", timeZone: "Europe/Berlin" }, report);
    const engine = new Engine({ store: memory({ clock }), clock, tasks: [report], schedules: [nightly] });
    onTestFinished(() => engine.close());
    await engine.work();
    for (let minutes = 0; minutes < 40 * 60; minutes += 1) {
      await settled();
      clock.advance(minuteMs);
    }
    await settled();
    expect(fired).toHaveLength(expected.length);
    for (const [index, time] of expected.entries()) {
      // The clock goes by minutes, and what it wakes is a minute late at most.
      const lateMs = (fired[index] ?? 0) - Date.parse(time);
      expect(lateMs).toBeGreaterThanOrEqual(0);
      expect(lateMs).toBeLessThanOrEqual(2 * minuteMs);
    }
  });
});

/** The loops of a worker on a memory store wait for nothing but the clock and some turns of the event loop. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 8; turn += 1) await new Promise(setImmediate);
}
