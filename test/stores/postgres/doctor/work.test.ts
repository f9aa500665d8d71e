import { Engine, task } from "afterwork";
import { postgres } from "afterwork/postgres";
import { expect, onTestFinished, test, vi } from "vitest";

import { describeWith } from "../../../support/service.ts";
import { database, databaseUrl } from "../server.ts";
import { findings, newSchema } from "./patient.ts";

vi.setConfig({ testTimeout: 20_000 });

const quick = task("quick", { durable: true }, () => {});
const image = task("image", { durable: true, queue: "images" }, () => {});
/** Goes on until it is told to stop. */
const endless = task("endless", { durable: true, queue: "images" }, ({ signal }) => {
  return new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
});

const silent = { debug() {}, info() {}, warn() {}, error() {} };
const limits = { waitMs: 0 };

function newEngine(schema: string, tasks = [quick, image, endless]): Engine {
  const engine = new Engine({ store: postgres(databaseUrl, { schema }), tasks, log: silent, grace: "10ms" });
  onTestFinished(() => engine.close({ grace: 0 }));
  return engine;
}

describeWith(database, "the doctor, on the work", () => {
  test("jobs that nobody works on", async () => {
    const schema = await newSchema();
    const engine = newEngine(schema);
    await engine.enqueueMany([[quick], [quick], [image.with({ delay: "1h" })]]);
    expect(await findings("workers", { schema })).toMatchObject([{ level: "hint", seen: "none is alive" }]);
    expect(await findings("waiting-jobs", { schema })).toMatchObject([{ level: "ok" }]);
    expect(await findings("waiting-jobs", { schema, limits })).toEqual([
      {
        check: "waiting-jobs",
        level: "warning",
        seen: expect.stringMatching(/^queue default: 2 jobs due, the oldest for .*; no worker is alive$/) as string,
        remedy: "start one",
      },
    ]);
  });

  test("a queue that no worker serves, and one that has more than its workers", async () => {
    const schema = await newSchema();
    const engine = newEngine(schema);
    await engine.work({ queues: ["images"], concurrency: 1 });
    await engine.enqueueMany([[quick], [endless], [endless], [endless]]);
    expect(await findings("workers", { schema })).toMatchObject([{ level: "ok", seen: "1 alive" }]);
    const look = async (): Promise<readonly string[]> =>
      (await findings("waiting-jobs", { schema, limits })).map(({ level, seen }) => `${level} ${seen}`);
    await expect
      .poll(look, { timeout: 10_000 })
      .toEqual([
        expect.stringMatching(/^warning queue default: 1 job due, .*; none running, workers alive: 1$/),
        expect.stringMatching(/^hint queue images: 2 jobs due, .*; 1 running$/),
      ]);
  });

  test("jobs of a task that no worker knows, which are told once", async () => {
    const schema = await newSchema();
    const engine = newEngine(schema);
    await engine.enqueueMany([[image], [image]]);
    await newEngine(schema, [quick]).work();
    const look = (): ReturnType<typeof findings> => findings("parked-jobs", { schema });
    await expect
      .poll(async () => (await look())[0]?.seen, { timeout: 10_000 })
      .toMatch(/^queue images: 2 jobs of the task image,/);
    expect(await look()).toMatchObject([{ level: "hint" }]);
    expect(await findings("waiting-jobs", { schema, limits })).toMatchObject([{ level: "ok" }]);
  });

  test("queues that are paused, whose jobs may wait", async () => {
    const schema = await newSchema();
    const engine = newEngine(schema);
    await engine.enqueue(quick);
    await engine.pause("default");
    expect(await findings("paused-queues", { schema })).toMatchObject([{ level: "hint", seen: "default" }]);
    expect(await findings("waiting-jobs", { schema, limits })).toMatchObject([{ level: "ok" }]);
    await engine.resume("default");
    expect(await findings("paused-queues", { schema })).toMatchObject([{ level: "ok" }]);
  });
});
