import { expect, test, vi } from "vitest";

import { quick } from "./fixtures/durable/holding-tasks.ts";
import { durableFile } from "./support/durable-file.ts";

vi.setConfig({ testTimeout: 30_000 });

test("49: four processes migrate the same files at once → each file once, and all can use it", async () => {
  const file = durableFile();
  const paths = Array.from({ length: 25 }, (_, index) => `${file.path}-${index}`);
  const start = (): ReturnType<typeof file.worker> => file.worker({ FILES: paths.join(",") }, "migrating-process.ts");
  const processes = await Promise.all([start(), start(), start(), start()]);
  for (const { process } of processes) process.kill("SIGUSR2");
  expect(await Promise.all(processes.map(({ exit }) => exit))).toEqual([0, 0, 0, 0]);
  for (let index = 0; index < paths.length; index += 1) {
    const reports = processes.map(({ lines }) => lines[1 + index]);
    expect(reports.filter((report) => report?.startsWith("migrated 0 1 "))).toHaveLength(1);
    expect(reports.filter((report) => report === "migrated 1 1 0")).toHaveLength(3);
  }
});

test("49: four workers start at once on a file that isn't there", async () => {
  const file = durableFile();
  const workers = await Promise.all([file.worker(), file.worker(), file.worker(), file.worker()]);
  const engine = file.engine([quick]);
  const jobs = await engine.enqueueMany(Array.from({ length: 100 }, (_, index) => [quick, `${index}`] as const));
  const pids = workers.map((worker) => worker.process.pid);
  for (const job of jobs) expect(pids).toContain(await job.result());
});
