import { expect, test, vi } from "vitest";

import { quick } from "./fixtures/durable/holding-tasks.ts";
import type { Child } from "./support/child.ts";
import { forEachSharedStore } from "./support/shared-store.ts";

vi.setConfig({ testTimeout: 30_000 });

forEachSharedStore("49: four processes at once", (fresh) => {
  test("they migrate the same stores → each store once, and all can use it", async () => {
    const places = Array.from({ length: 25 }, () => fresh().place);
    const start = (): Promise<Child> => fresh().worker({ PLACES: JSON.stringify(places) }, "migrating-process.ts");
    const processes = await Promise.all([start(), start(), start(), start()]);
    for (const { process } of processes) process.kill("SIGUSR2");
    expect(await Promise.all(processes.map(({ exit }) => exit))).toEqual([0, 0, 0, 0]);
    for (let index = 0; index < places.length; index += 1) {
      const reports = processes.map(({ lines }) => lines[1 + index]);
      expect(reports.filter((report) => /^migrated 0 [1-9]\d* [1-9]/.test(report ?? ""))).toHaveLength(1);
      expect(reports.filter((report) => /^migrated ([1-9]\d*) \1 0$/.test(report ?? ""))).toHaveLength(3);
    }
  });

  test("workers start on a store that isn't there", async () => {
    const store = fresh();
    const workers = await Promise.all([store.worker(), store.worker(), store.worker(), store.worker()]);
    const engine = store.engine([quick]);
    const jobs = await engine.enqueueMany(Array.from({ length: 100 }, (_, index) => [quick, `${index}`] as const));
    const pids = workers.map((worker) => worker.process.pid);
    for (const job of jobs) expect(pids).toContain(await job.result());
  });
});
