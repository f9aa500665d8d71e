import { JobFailedError } from "afterwork";
import { expect, test, vi } from "vitest";

import { fragile, neighbour, poison } from "./fixtures/durable/crashing-tasks.ts";
import { forEachSharedStore } from "./support/shared-store.ts";
import { supervise } from "./support/supervisor.ts";

vi.setConfig({ testTimeout: 60_000 });

const numbers = [0, 1, 2, 3, 4, 5, 6, 7];

forEachSharedStore("34: a job that kills its process every time", (fresh) => {
  test("→ failed after its attempts, not a loop; its neighbours succeed", async () => {
    const store = fresh();
    const engine = store.engine([poison, neighbour]);
    // All are claimed together, and the poison kills them all, again and again.
    const calls = numbers.map((number) => [neighbour, number] as const);
    const before = await engine.enqueueMany(calls.slice(0, 4));
    const bad = await engine.enqueue(poison);
    const after = await engine.enqueueMany(calls.slice(4));
    const supervisor = supervise(store, { CONCURRENCY: "20" });
    const failure = await bad.result().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(JobFailedError);
    expect(supervisor.lines(/^poison started/)).toEqual([1, 2, 3, 4].map((attempt) => `poison started ${attempt}`));
    const { status, failures } = await bad.read();
    expect([status, failures.map(({ crashed }) => crashed)]).toEqual(["failed", [true, true, true, true]]);
    expect(await Promise.all([...before, ...after].map((job) => job.result()))).toEqual(numbers);
  });

  test('onCrash: "fail" → the first time is the last', async () => {
    const store = fresh();
    const engine = store.engine([fragile, neighbour]);
    const bad = await engine.enqueue(fragile);
    const supervisor = supervise(store);
    await expect(bad.result()).rejects.toMatchObject({ code: "JOB_FAILED" });
    const good = await engine.enqueue(neighbour, 1);
    expect(await good.result()).toBe(1);
    expect(supervisor.lines(/^fragile started/)).toEqual(["fragile started 1"]);
    expect((await bad.read()).failures).toEqual([expect.objectContaining({ crashed: true })]);
  });
});
