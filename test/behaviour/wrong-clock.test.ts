import type { Engine } from "afterwork";
import { describe, expect, test, vi } from "vitest";

import { moody } from "./fixtures/durable/crashing-tasks.ts";
import { stubborn } from "./fixtures/durable/holding-tasks.ts";
import { limited, puttingOff, tick } from "./fixtures/durable/timed-tasks.ts";
import { forEachServerStore } from "./support/shared-store.ts";

const leaseMs = 1_000;
/** How late something may be on a loaded machine. */
const slackMs = 2_500;

vi.setConfig({ testTimeout: 30_000 });

/** What makes the clock of a process wrong. */
function shifted(minutes: number): Readonly<Record<string, string>> {
  const preload = new URL("../support/shifted-clock.ts", import.meta.url).href;
  return { NODE_OPTIONS: `--import=${preload}`, CLOCK_SHIFT_MS: String(minutes * 60_000) };
}

forEachServerStore("the clock of a worker is wrong, and nothing changes", (fresh) => {
  describe.each([10, -10])("by %i minutes", (minutes) => {
    test("leases: neither are its jobs taken from it nor does it take those of others, as long as they live", async () => {
      const store = fresh();
      const engine = store.engine([stubborn]);
      const wrong = await store.worker({ ...shifted(minutes), CONCURRENCY: "1" });
      const ofWrong = await engine.enqueue(stubborn, "a");
      await wrong.line(/^a started 1$/);
      const right = await store.worker({ CONCURRENCY: "1" });
      const ofRight = await engine.enqueue(stubborn, "b");
      await right.line(/^b started 1$/);
      const startedAt = performance.now();
      await expect.poll(() => performance.now() - startedAt, { timeout: 10_000 }).toBeGreaterThan(4 * leaseMs);
      for (const worker of [wrong, right]) worker.process.kill("SIGUSR2");
      expect(await ofWrong.result()).toBe(wrong.process.pid);
      expect(await ofRight.result()).toBe(right.process.pid);
      const lines = [...wrong.lines, ...right.lines];
      expect(lines.filter((line) => /lost|reclaimed|aborted|started 2/.test(line))).toEqual([]);
    });

    test.each([
      ["another one takes over what it has left", minutes, 0],
      ["it takes over what another one has left", 0, minutes],
    ])("leases: %s, in time", async (_case, ofVictim, ofHeir) => {
      const store = fresh();
      const engine = store.engine([stubborn]);
      const victim = await store.worker(shifted(ofVictim));
      const job = await engine.enqueue(stubborn, "job");
      await victim.line(/^job started 1$/);
      const heir = await store.worker(shifted(ofHeir));
      victim.process.kill("SIGKILL");
      const killedAt = performance.now();
      await heir.line(/^job started 2$/);
      expect(performance.now() - killedAt).toBeLessThan(leaseMs + slackMs);
      heir.process.kill("SIGUSR2");
      expect(await job.result()).toBe(heir.process.pid);
    });

    test("delays: of calls from here, of calls from there, and before a retry", async () => {
      const store = fresh();
      const engine = store.engine([tick, puttingOff, moody]);
      await store.worker(shifted(minutes));
      const fromHere = await engine.enqueue(tick.with({ delay: "1s" }));
      const parent = await engine.enqueue(puttingOff);
      const retried = await engine.enqueue(moody.with({ backoff: "1s", retries: 3 }));
      expect(await waited(engine, fromHere.id)).toSatisfy(isAboutASecond);
      expect(await waited(engine, await parent.result())).toSatisfy(isAboutASecond);
      await retried.result();
      const { failures, startedAt = new Date(0) } = await retried.read();
      const starts = [...failures.slice(1).map((failure) => failure.startedAt), startedAt];
      const waits = failures.map(({ endedAt }, index) => (starts[index]?.getTime() ?? 0) - endedAt.getTime());
      expect(waits).toHaveLength(2);
      for (const wait of waits) expect(wait).toSatisfy(isAboutASecond);
    });

    test("schedules: each slot at its time, once", async () => {
      const store = fresh();
      const engine = store.engine([tick]);
      const wrong = await store.worker({ ...shifted(minutes), SCHEDULE: "everySecond" });
      const right = await store.worker({ SCHEDULE: "everySecond" });
      await expect.poll(async () => (await engine.counts()).statuses.succeeded, { timeout: 15_000 }).toBeGreaterThan(4);
      for (const worker of [wrong, right]) worker.process.kill("SIGTERM");
      await Promise.all([wrong.exit, right.exit]);
      const { jobs } = await engine.jobs({ task: tick });
      const times = jobs.map(({ createdAt }) => createdAt.getTime()).toSorted((a, b) => a - b);
      const spanMs = (times.at(-1) ?? 0) - (times[0] ?? 0);
      expect(Math.abs(Date.now() - (times.at(-1) ?? 0))).toBeLessThan(1_000 + slackMs);
      // One more than there are seconds between them, give or take how late each of them was.
      expect(Math.abs(spanMs / 1_000 + 1 - times.length)).toBeLessThan(2);
    });

    test("rates: no window of a second has more starts than its limit, nor does anybody wait for ten minutes", async () => {
      const store = fresh();
      const engine = store.engine([limited]);
      await Promise.all([store.worker(shifted(minutes)), store.worker()]);
      const jobs = await engine.enqueueMany(Array.from({ length: 25 }, (_, number) => [limited, number] as const));
      await Promise.all(jobs.map((job) => job.result()));
      const starts = await Promise.all(jobs.map(async (job) => Number((await job.read()).startedAt)));
      const sorted = starts.toSorted((a, b) => a - b);
      const windows = sorted.slice(10).map((start, index) => start - (sorted[index] ?? 0));
      expect(Math.min(...windows)).toBeGreaterThanOrEqual(1_000);
      expect((sorted.at(-1) ?? 0) - (sorted[0] ?? 0)).toBeLessThan(2_000 + slackMs);
    });
  });
});

/** How long it took from the call to the start, by the clock of the store. */
async function waited(engine: Engine, id: string): Promise<number> {
  const job = engine.job(id);
  await job.result();
  const { createdAt, startedAt = new Date(0) } = await job.read();
  return startedAt.getTime() - createdAt.getTime();
}

function isAboutASecond(ms: number): boolean {
  return ms >= 1_000 && ms < 1_000 + slackMs;
}
