import { expect, test, vi } from "vitest";

import { quick, stubborn } from "./fixtures/durable/holding-tasks.ts";
import { forEachSharedStore } from "./support/shared-store.ts";
import { freeze, thaw } from "./support/freeze.ts";

vi.setConfig({ testTimeout: 30_000 });

forEachSharedStore("32: worker stopped past its lease and resumed", (fresh) => {
  test("its signal aborts, its completion is refused, the second attempt's result stands, it goes on working", async () => {
    const store = fresh();
    const engine = store.engine([stubborn, quick]);
    const sleeper = await store.worker();
    const job = await engine.enqueue(stubborn, "job");
    await sleeper.line(/^job started 1$/);
    await freeze(sleeper, store.place);
    const heir = await store.worker();
    await heir.line(/^job started 2$/);
    thaw(sleeper);
    await sleeper.line(/^job aborted LEASE_LOST$/);
    await sleeper.line(/^lost stubborn 1$/);
    sleeper.process.kill("SIGUSR2");
    await sleeper.line(/^job ended 1$/);
    expect(await job.status()).toBe("running");
    heir.process.kill("SIGUSR2");
    expect(await job.result()).toBe(heir.process.pid);
    expect((await job.read()).attempt).toBe(2);
    // It goes on working, under a new session.
    heir.process.kill("SIGKILL");
    await heir.exit;
    expect(await (await engine.enqueue(quick, "more")).result()).toBe(sleeper.process.pid);
  });

  test("a completion that comes at the very moment it resumes is refused as well", async () => {
    const store = fresh();
    const engine = store.engine([stubborn]);
    const sleeper = await store.worker();
    const job = await engine.enqueue(stubborn, "job");
    await sleeper.line(/^job started 1$/);
    await freeze(sleeper, store.place);
    const heir = await store.worker();
    await heir.line(/^job started 2$/);
    sleeper.process.kill("SIGUSR2");
    thaw(sleeper);
    await sleeper.line(/^lost stubborn 1$/);
    await sleeper.line(/^job ended 1$/);
    expect(await job.status()).toBe("running");
    heir.process.kill("SIGUSR2");
    expect(await job.result()).toBe(heir.process.pid);
  });

  test("a result that was settled before it resumes stays", async () => {
    const store = fresh();
    const engine = store.engine([stubborn]);
    const sleeper = await store.worker();
    const job = await engine.enqueue(stubborn, "job");
    await sleeper.line(/^job started 1$/);
    await freeze(sleeper, store.place);
    const heir = await store.worker();
    await heir.line(/^job started 2$/);
    heir.process.kill("SIGUSR2");
    expect(await job.result()).toBe(heir.process.pid);
    sleeper.process.kill("SIGUSR2");
    thaw(sleeper);
    await sleeper.line(/^lost stubborn 1$/);
    await sleeper.line(/^job ended 1$/);
    const { status, result, attempt } = await job.read();
    expect({ status, result, attempt }).toEqual({ status: "succeeded", result: heir.process.pid, attempt: 2 });
  });

  test("where nobody has taken its jobs, it goes on as if nothing had been", async () => {
    const store = fresh();
    const engine = store.engine([stubborn, quick]);
    const sleeper = await store.worker();
    const job = await engine.enqueue(stubborn, "job");
    await sleeper.line(/^job started 1$/);
    await freeze(sleeper, store.place);
    const { startedAt = new Date(0) } = await job.read();
    await expect.poll(() => Date.now() - startedAt.getTime(), { timeout: 5_000 }).toBeGreaterThan(2_500);
    thaw(sleeper);
    // By the time that this has been done, it has looked for jobs of vanished workers, and its own are none of these.
    await engine.enqueue(quick.with({ delay: "600ms" }), "later");
    await sleeper.line(/^later ran$/);
    sleeper.process.kill("SIGUSR2");
    expect(await job.result()).toBe(sleeper.process.pid);
    expect((await job.read()).attempt).toBe(1);
    expect(sleeper.lines.filter((line) => line.startsWith("lost"))).toEqual([]);
  });
});
