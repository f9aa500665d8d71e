import { App, chain, group, memory, task, type EngineEvents, type Job } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { describe, expect, test } from "vitest";

import { nextEvent, openEngine, storePath, withChanges } from "./support/engines.ts";
import { makeGate } from "./support/gate.ts";
import { listen, recordLog } from "./support/listen.ts";

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

const leaf = task("leaf", { durable: true }, ({ job }, _value?: unknown) => job.trace ?? "none");
const parent = task("parent", { durable: true }, ({ job, background }) => {
  background.addTask(leaf);
  background.addTask(chain([leaf], leaf));
  return job.trace ?? "none";
});
const local = task("local", ({ background }) => void background.addTask(leaf));
const flaky = task("flaky", { durable: true, retries: 1, backoff: 5 }, ({ job, attempt }) => {
  if (attempt === 1) throw new Error("first");
  return job.trace ?? "none";
});
const tasks = [leaf, parent, flaky];

describe("48: trace context", () => {
  test("goes from the request to its jobs, their children, members of compositions and retries", async () => {
    const engine = openEngine({ store: sqlite(storePath()), tasks });
    const events: EngineEvents["jobSucceeded"][] = [];
    engine.on("jobSucceeded", (event) => void events.push(event));
    const jobs: Job[] = [];
    const app = new App({ engine, log: recordLog().log }).post("/", ({ background }) => {
      jobs.push(background.addTask(parent), background.addTask(flaky));
      jobs.push(background.addTask(group([leaf], [leaf])));
      background.addTask(local);
    });
    const { url } = await listen(app);
    expect((await fetch(url, { method: "POST", headers: { traceparent } })).status).toBe(200);
    // parent and its three leaves, flaky, two leaves and their list, and the leaf of the task that is not durable.
    await expect.poll(() => events.length, { timeout: 5_000 }).toBe(9);
    expect(new Set(events.map(({ trace }) => trace))).toEqual(new Set([traceparent]));
    expect(await jobs[0]?.result()).toBe(traceparent);
    expect(await jobs[1]?.result()).toBe(traceparent);
    expect(await jobs[2]?.result()).toEqual([traceparent, traceparent]);
    const { jobs: records } = await engine.jobs();
    expect(records.map(({ trace }) => trace)).toEqual(records.map(() => traceparent));
  });

  test("requests do not mix, and without one there is none", async () => {
    const engine = openEngine({ tasks });
    const app = new App({ engine }).post("/", ({ background }) => ({ id: background.addTask(leaf).id }));
    const { url } = await listen(app);
    const traces = ["a", "b", undefined].map((mark) =>
      mark === undefined ? mark : traceparent.replace("4bf9", `${mark}000`),
    );
    const told = await Promise.all(
      traces.map(async (trace) => {
        const headers = new Headers(trace === undefined ? {} : { traceparent: trace });
        const { id } = (await (await fetch(url, { method: "POST", headers })).json()) as { id: string };
        return engine.job<string>(id).result();
      }),
    );
    expect(told).toEqual(traces.map((trace) => trace ?? "none"));
    expect(await (await engine.enqueue(leaf)).result()).toBe("none");
  });
});

describe("48: metrics", () => {
  test("depth and the age of the oldest, by queue, from engine.counts()", async () => {
    const engine = openEngine({ store: sqlite(storePath()), tasks });
    const begin = Date.now();
    await engine.enqueueMany([
      [leaf],
      [leaf],
      [leaf.with({ queue: "images" })],
      [leaf.with({ queue: "images", delay: "1h" })],
      [chain([leaf.with({ delay: "1h" })], leaf)],
    ]);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { statuses, queues, now } = await engine.counts();
    expect(statuses).toMatchObject({ queued: 3, scheduled: 2, waiting: 1, running: 0, succeeded: 0, failed: 0 });
    expect(queues.map(({ name, queued, scheduled, running }) => [name, queued, scheduled, running])).toEqual([
      ["default", 2, 1, 0],
      ["images", 1, 1, 0],
    ]);
    for (const { oldestDueAt = 0 } of queues) {
      expect(now - oldestDueAt).toBeGreaterThanOrEqual(50);
      expect(oldestDueAt).toBeGreaterThanOrEqual(begin);
    }
  });

  test("what runs is counted as running, and an empty queue has no oldest", async () => {
    const gate = makeGate();
    const slow = task("slow", { durable: true }, () => gate.passed);
    const engine = openEngine({ tasks: [slow] });
    await engine.work();
    const jobs = await engine.enqueueMany([[slow], [slow]]);
    await expect.poll(async () => (await engine.counts()).statuses.running).toBe(2);
    expect((await engine.counts()).queues[0]).toMatchObject({ name: "default", queued: 0, running: 2 });
    expect((await engine.counts()).queues[0]).not.toHaveProperty("oldestDueAt");
    gate.open();
    await Promise.all(jobs.map((job) => job.result()));
    expect((await engine.counts()).statuses).toMatchObject({ running: 0, succeeded: 2 });
  });

  test("duration, waiting time and attempts, of each that starts, ends or is tried again", async () => {
    const slow = task("slow", { durable: true, retries: 1, backoff: 20 }, async ({ attempt }) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      if (attempt === 1) throw new Error("first");
    });
    const engine = openEngine({ tasks: [slow] });
    const events: { readonly name: string; readonly attempt: number; readonly ms: number }[] = [];
    engine.on("jobStarted", ({ attempt, waitedMs }) => void events.push({ name: "started", attempt, ms: waitedMs }));
    engine.on(
      "jobRetrying",
      ({ attempt, durationMs }) => void events.push({ name: "retrying", attempt, ms: durationMs }),
    );
    engine.on(
      "jobSucceeded",
      ({ attempt, durationMs }) => void events.push({ name: "succeeded", attempt, ms: durationMs }),
    );
    const job = await engine.enqueue(slow);
    await new Promise((resolve) => setTimeout(resolve, 60));
    await engine.work();
    await job.result();
    await expect
      .poll(() => events.map(({ name, attempt }) => `${name} ${attempt}`))
      .toEqual(["started 1", "retrying 1", "started 2", "succeeded 2"]);
    expect(events[0]?.ms).toBeGreaterThanOrEqual(50);
    expect(events[2]?.ms).toBeLessThan(5_000);
    for (const index of [1, 3]) expect(events[index]?.ms).toBeGreaterThanOrEqual(25);
  });

  test("lost leases: the job is told as lost, its signal aborts, and its outcome is refused", async () => {
    const store = memory();
    let hearsNothing = false;
    // Its heartbeats do not arrive any more, and neither do its sweeps, so that it is another worker that takes its job.
    const unreachable = (): Promise<never> => Promise.reject(new Error("unreachable"));
    const deaf = withChanges(store, {
      extend: (...args) => (hearsNothing ? unreachable() : store.extend(...args)),
      reclaim: unreachable,
    });
    const reasons: unknown[] = [];
    const gate = makeGate();
    const runs: number[] = [];
    const slow = task("slow", { durable: true, retries: 1, backoff: 1 }, async ({ attempt, signal }) => {
      runs.push(attempt);
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      if (attempt === 1) await gate.passed;
      return attempt;
    });
    const first = openEngine({ store: deaf, tasks: [slow], lease: "1s", storeTimeout: 200 });
    const second = openEngine({ store, tasks: [slow], lease: "1s" });
    const lost = nextEvent(first, "jobLost");
    const reclaimed = nextEvent(second, "jobsReclaimed");
    await first.work();
    const job = await first.enqueue(slow);
    await expect.poll(() => runs).toEqual([1]);
    hearsNothing = true;
    await second.work();
    expect((await reclaimed).jobs).toMatchObject([{ id: job.id, task: "slow", attempt: 1, status: "queued" }]);
    expect(await second.job(job.id).result()).toBe(2);
    hearsNothing = false;
    expect(await lost).toMatchObject({ id: job.id, attempt: 1 });
    expect(reasons).toMatchObject([{ code: "LEASE_LOST" }]);
    gate.open();
    expect((await second.job(job.id).read()).failures).toMatchObject([{ attempt: 1, crashed: true }]);
  });

  test("an event that does not exist is refused, with the nearest name", () => {
    const engine = openEngine({ tasks });
    expect(() => engine.on("jobSuceeded" as "jobSucceeded", () => {})).toThrow(/did you mean "jobSucceeded"/);
  });

  test("a listener that throws harms neither the job nor the others", async () => {
    const engine = openEngine({ tasks });
    const told: string[] = [];
    engine.on("jobSucceeded", () => {
      throw new Error("listener");
    });
    engine.on("jobSucceeded", ({ task }) => void told.push(task));
    await engine.work();
    await (await engine.enqueue(leaf)).result();
    await expect.poll(() => told).toEqual(["leaf"]);
  });
});
