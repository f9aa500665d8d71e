import { expect, test, vi } from "vitest";

import { polite, quick, stubborn } from "./fixtures/durable/holding-tasks.ts";
import { forEachSharedStore } from "./support/shared-store.ts";
import { startDurableServer } from "./support/durable-server.ts";

vi.setConfig({ testTimeout: 30_000 });

forEachSharedStore("40: graceful stop of a worker by SIGTERM", (fresh) => {
  test("no new claims, running ones get grace and finish, exit 0", async () => {
    const store = fresh();
    const engine = store.engine([stubborn, quick]);
    const worker = await store.worker();
    const job = await engine.enqueue(stubborn, "job");
    await worker.line(/^job started 1$/);
    worker.process.kill("SIGTERM");
    await worker.line(/^stopping$/);
    const late = await engine.enqueue(quick, "late");
    worker.process.kill("SIGUSR2");
    expect(await worker.exit).toBe(0);
    expect(worker.lines).toEqual(["ready", "job started 1", "stopping", "job ended 1", "stopped"]);
    expect(await job.result()).toBe(worker.process.pid);
    expect(await late.status()).toBe("queued");
    expect((await engine.counts()).statuses.running).toBe(0);
  });

  test.each([
    ["that end when they are told to", polite],
    ["that ignore their signal", stubborn],
  ] as const)("unfinished ones %s go back at once, without costing an attempt", async (_kind, held) => {
    const store = fresh();
    const engine = store.engine([polite, stubborn]);
    // Nobody would take them back by force: the lease is longer than the test.
    const worker = await store.worker({ LEASE: "60s", PATIENCE: "100ms", GRACE: "200ms" });
    const jobs = await engine.enqueueMany([
      [held, "a"],
      [held, "b"],
    ]);
    await worker.line(/^a started 1$/);
    await worker.line(/^b started 1$/);
    worker.process.kill("SIGTERM");
    expect(await worker.exit).toBe(0);
    for (const job of jobs) {
      const { status, attempt, failures } = await job.read();
      expect({ status, attempt, failures }).toEqual({ status: "queued", attempt: 0, failures: [] });
    }
    const heir = await store.worker();
    await heir.line(/^a started 1$/);
    await heir.line(/^b started 1$/);
    heir.process.kill("SIGUSR2");
    expect(await Promise.all(jobs.map((job) => job.result()))).toEqual([heir.process.pid, heir.process.pid]);
  });

  test("what it has claimed and not begun goes back too", async () => {
    const store = fresh();
    const engine = store.engine([quick]);
    const jobs = await engine.enqueueMany(Array.from({ length: 2_000 }, (_, index) => [quick, `${index}`] as const));
    const worker = await store.worker({ LEASE: "60s", CONCURRENCY: "2" });
    await worker.line(/^\d+ ran$/);
    worker.process.kill("SIGTERM");
    expect(await worker.exit).toBe(0);
    const { statuses } = await engine.counts();
    expect([statuses.running, statuses.queued + statuses.succeeded]).toEqual([0, jobs.length]);
    expect(worker.lines.filter((line) => line.endsWith(" ran"))).toHaveLength(statuses.succeeded);
  });
});

forEachSharedStore("40: graceful stop of a server that works", (fresh) => {
  test("its durable tasks finish, exit 0", async () => {
    const store = fresh();
    const engine = store.engine([stubborn]);
    const server = await startDurableServer(store);
    const id = (await (await fetch(`${server.url}/stubborn`)).json()) as string;
    await server.line(/^job started 1$/);
    server.process.kill("SIGTERM");
    await expect.poll(() => fetch(server.url).catch(() => "refused")).toBe("refused");
    server.process.kill("SIGUSR2");
    expect(await server.exit).toBe(0);
    expect(await engine.job(id).result()).toBe(server.process.pid);
  });

  test.each([
    ["what stops when it is told to goes back without costing an attempt, exit 0", "polite", 0],
    ["what ignores its signal goes back as well, and is named as abandoned, exit 1", "stubborn", 1],
  ])("%s", async (_case, name, code) => {
    const store = fresh();
    const engine = store.engine([polite, stubborn]);
    const server = await startDurableServer(store, { DRAIN: "100ms", GRACE: "200ms" });
    const id = (await (await fetch(`${server.url}/${name}`)).json()) as string;
    await server.line(/^job started 1$/);
    server.process.kill("SIGTERM");
    expect(await server.exit).toBe(code);
    if (code === 1) expect(server.errors()).toMatch(/abandoned.*stubborn/s);
    const { status, attempt } = await engine.job(id).read();
    expect({ status, attempt }).toEqual({ status: "queued", attempt: 0 });
  });
});
