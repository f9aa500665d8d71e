import { expect, test, vi } from "vitest";

import { polite, stubborn } from "./fixtures/durable/holding-tasks.ts";
import { forEachSharedStore } from "./support/shared-store.ts";

vi.setConfig({ testTimeout: 30_000 });

forEachSharedStore("39: cancel of a job that runs in another process", (fresh) => {
  test("its signal aborts within 2 s", async () => {
    const store = fresh();
    const engine = store.engine([polite]);
    // A long lease, so that its heartbeat has no other reason to be quick.
    const worker = await store.worker({ LEASE: "30s" });
    const job = await engine.enqueue(polite, "job");
    await worker.line(/^job started 1$/);
    const askedAt = performance.now();
    expect(await job.cancel()).toBe("requested");
    await worker.line(/^job aborted JOB_CANCELLED$/);
    expect(performance.now() - askedAt).toBeLessThan(2_000);
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    const { status, cancelRequested, attempt } = await job.read();
    expect({ status, cancelRequested, attempt }).toEqual({ status: "cancelled", cancelRequested: true, attempt: 1 });
  });

  test("a success still counts", async () => {
    const store = fresh();
    const engine = store.engine([stubborn]);
    const worker = await store.worker();
    const job = await engine.enqueue(stubborn, "job");
    await worker.line(/^job started 1$/);
    await job.cancel();
    await worker.line(/^job aborted JOB_CANCELLED$/);
    worker.process.kill("SIGUSR2");
    expect(await job.result()).toBe(worker.process.pid);
  });

  test("past its grace it is cancelled, whatever its function still does", async () => {
    const store = fresh();
    const engine = store.engine([stubborn]);
    const worker = await store.worker({ GRACE: "200ms" });
    const job = await engine.enqueue(stubborn, "job");
    await worker.line(/^job started 1$/);
    await job.cancel();
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(worker.lines).not.toContain("job ended 1");
    worker.process.kill("SIGUSR2");
    await worker.line(/^job ended 1$/);
    expect(await job.status()).toBe("cancelled");
  });

  test("it is cancelled, not started again, when its worker dies", async () => {
    const store = fresh();
    const engine = store.engine([stubborn]);
    const victim = await store.worker();
    const job = await engine.enqueue(stubborn, "job");
    await victim.line(/^job started 1$/);
    await job.cancel();
    victim.process.kill("SIGKILL");
    await victim.exit;
    const other = await store.worker();
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(other.lines.filter((line) => line.startsWith("job"))).toEqual([]);
  });
});
