import { expect, test, vi } from "vitest";

import { clumsy, moody } from "./fixtures/durable/crashing-tasks.ts";
import { forEachSharedStore } from "./support/shared-store.ts";

vi.setConfig({ testTimeout: 30_000 });

forEachSharedStore("37: backoff across a restart", (fresh) => {
  test("the worker is killed while a failed job waits → it waits within the same bounds", async () => {
    const store = fresh();
    const engine = store.engine([moody]);
    const first = await store.worker();
    const job = await engine.enqueue(moody);
    await first.line(/^moody started 1$/);
    await expect.poll(() => job.status()).toBe("retrying");
    first.process.kill("SIGKILL");
    const second = await store.worker();
    expect(await job.result()).toBe(3);
    expect(second.lines.filter((line) => line.startsWith("moody"))).toEqual(["moody started 2", "moody started 3"]);
    const { failures, startedAt = new Date(0) } = await job.read();
    const starts = [...failures.slice(1).map((failure) => failure.startedAt), startedAt];
    const waits = failures.map(({ endedAt }, index) => (starts[index]?.getTime() ?? 0) - endedAt.getTime());
    // From one second, doubled each time; up to half of it is random, and a start may be late.
    expect(waits[0]).toBeGreaterThanOrEqual(500);
    expect(waits[1]).toBeGreaterThanOrEqual(1_000);
    expect(waits[1]).toBeLessThanOrEqual(2_000 + 1_500);
  });

  test("an attempt that was killed has the backoff of its task as well", async () => {
    const store = fresh();
    const engine = store.engine([clumsy]);
    const first = await store.worker();
    const job = await engine.enqueue(clumsy.with({ backoff: "1s" }), 1);
    await first.exit;
    await store.worker();
    expect(await job.result()).toBe(1);
    const { failures, startedAt = new Date(0) } = await job.read();
    expect(startedAt.getTime() - (failures[0]?.endedAt.getTime() ?? 0)).toBeGreaterThanOrEqual(1_000);
  });
});
