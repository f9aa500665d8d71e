import { describe, expect, test, vi } from "vitest";

import { polite, stubborn } from "./fixtures/durable/holding-tasks.ts";
import { durableFile } from "./support/durable-file.ts";

vi.setConfig({ testTimeout: 30_000 });

describe("39: cancel of a job that runs in another process", () => {
  test("its signal aborts within 2 s", async () => {
    const file = durableFile();
    const engine = file.engine([polite]);
    // A long lease, so that its heartbeat has no other reason to be quick.
    const worker = await file.worker({ LEASE: "30s" });
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
    const file = durableFile();
    const engine = file.engine([stubborn]);
    const worker = await file.worker();
    const job = await engine.enqueue(stubborn, "job");
    await worker.line(/^job started 1$/);
    await job.cancel();
    await worker.line(/^job aborted JOB_CANCELLED$/);
    worker.process.kill("SIGUSR2");
    expect(await job.result()).toBe(worker.process.pid);
  });

  test("past its grace it is cancelled, whatever its function still does", async () => {
    const file = durableFile();
    const engine = file.engine([stubborn]);
    const worker = await file.worker({ GRACE: "200ms" });
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
    const file = durableFile();
    const engine = file.engine([stubborn]);
    const victim = await file.worker();
    const job = await engine.enqueue(stubborn, "job");
    await victim.line(/^job started 1$/);
    await job.cancel();
    victim.process.kill("SIGKILL");
    await victim.exit;
    const other = await file.worker();
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(other.lines.filter((line) => line.startsWith("job"))).toEqual([]);
  });
});
