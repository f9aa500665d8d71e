import { expect, test, vi } from "vitest";

import { quick, stubborn } from "./fixtures/durable/holding-tasks.ts";
import { forEachSharedStore } from "./support/shared-store.ts";

const leaseMs = 1_000;
/** Every worker looks for lost jobs three times a lease, more or less. */
const sweepMs = 420;
/** What a loaded machine may add. */
const slackMs = 2_000;

vi.setConfig({ testTimeout: 30_000 });

forEachSharedStore("31: worker killed with kill -9 mid-job", (fresh) => {
  test("another starts it within lease + sweep, attempt counted", async () => {
    const store = fresh();
    const engine = store.engine([stubborn]);
    const victim = await store.worker();
    const job = await engine.enqueue(stubborn, "job");
    await victim.line(/^job started 1$/);
    const heir = await store.worker();
    victim.process.kill("SIGKILL");
    const killedAt = performance.now();
    await heir.line(/^job started 2$/);
    expect(performance.now() - killedAt).toBeLessThan(leaseMs + sweepMs + slackMs);
    expect(heir.lines).toContain("reclaimed stubborn 1");
    heir.process.kill("SIGUSR2");
    expect(await job.result()).toBe(heir.process.pid);
    const { attempt, failures } = await job.read();
    expect(attempt).toBe(2);
    expect(failures).toEqual([
      expect.objectContaining({
        attempt: 1,
        crashed: true,
        worker: expect.stringMatching(new RegExp(`:${victim.process.pid}$`)),
        error: expect.objectContaining({ name: "WorkerLostError" }),
      }),
    ]);
  });

  test("what it had claimed and not begun is not lost either", async () => {
    const store = fresh();
    const engine = store.engine([stubborn, quick]);
    const victim = await store.worker({ CONCURRENCY: "3" });
    const held = await engine.enqueueMany([
      [stubborn, "a"],
      [stubborn, "b"],
      [stubborn, "c"],
    ]);
    for (const label of ["a", "b", "c"]) await victim.line(new RegExp(`^${label} started 1$`));
    const behind = await engine.enqueue(quick, "behind");
    victim.process.kill("SIGKILL");
    await victim.exit;
    const heir = await store.worker({ CONCURRENCY: "4" });
    for (const label of ["a", "b", "c"]) await heir.line(new RegExp(`^${label} started 2$`));
    heir.process.kill("SIGUSR2");
    const results = await Promise.all([...held, behind].map((job) => job.result()));
    expect(new Set(results)).toEqual(new Set([heir.process.pid]));
    expect((await behind.read()).attempt).toBe(1);
  });
});
