import { App, JobConflictError, memory, task, type Job } from "afterwork";
import { TestClock } from "afterwork/testing";
import { describe, expect, test } from "vitest";

import { openEngine } from "./support/engines.ts";
import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";
import { forEachSharedStore, forEachStore } from "./support/shared-store.ts";

const report = task("report", { durable: true, unique: true }, (_context, tenant: string) => `report of ${tenant}`);
const other = task("other", { durable: true, unique: true }, (_context, tenant: string) => tenant);
const strict = task(
  "strict",
  { durable: true, unique: { key: (tenant: string) => tenant, onConflict: "reject" } },
  (_context, _tenant: string, version: number) => version,
);
const latest = task(
  "latest",
  { durable: true, unique: { key: "one", onConflict: "replace" } },
  (_context, version: number) => version,
);
const throttled = task("throttled", { durable: true, throttle: "10m" }, (_context, tenant: string) => tenant);
const tasks = [report, other, strict, latest, throttled];

const idsOf = (jobs: readonly Job[]): ReadonlySet<string> => new Set(jobs.map(({ id }) => id));

forEachStore("26: one unique key, one job", (fresh) => {
  test("two concurrent enqueues: both callers get its id, the second one is told so", async () => {
    const engine = openEngine({ store: fresh().open(), tasks });
    const [first, second] = await Promise.all([engine.enqueue(report, "a"), engine.enqueue(report, "a")]);
    expect(second.id).toBe(first.id);
    expect([first.deduplicated, second.deduplicated]).toEqual([false, true]);
    await engine.work();
    expect(await Promise.all([first.result(), second.result()])).toEqual(["report of a", "report of a"]);
    expect((await engine.jobs()).jobs).toHaveLength(1);
  });

  test("a hundred at once, in whatever way they are called, make one; other arguments and other tasks others", async () => {
    const engine = openEngine({ store: fresh().open(), tasks });
    const many = await Promise.all(Array.from({ length: 50 }, () => engine.enqueue(report, "a")));
    const bulk = await engine.enqueueMany(Array.from({ length: 50 }, () => [report, "a"] as const));
    expect(idsOf([...many, ...bulk]).size).toBe(1);
    expect([...many, ...bulk].filter(({ deduplicated }) => !deduplicated)).toHaveLength(1);
    const apart = await Promise.all([engine.enqueue(report, "b"), engine.enqueue(other, "a")]);
    expect(apart.map(({ deduplicated }) => deduplicated)).toEqual([false, false]);
    expect((await engine.jobs()).jobs).toHaveLength(3);
  });

  test("the key is taken while it runs, and free when it has ended, in whatever way", async () => {
    const gate = makeGate();
    const slow = task("slow", { durable: true, unique: { key: "slow" } }, async (_context, fails: boolean) => {
      await gate.passed;
      if (fails) throw new Error("broken");
    });
    const engine = openEngine({ store: fresh().open(), tasks: [slow] });
    await engine.work();
    const first = await engine.enqueue(slow, true);
    await expect.poll(() => first.status()).toBe("running");
    expect((await engine.enqueue(slow, false)).id).toBe(first.id);
    gate.open();
    await expect(first.result()).rejects.toThrow("broken");
    const second = await engine.enqueue(slow, false);
    expect(second.deduplicated).toBe(false);
    await second.result();
    const later = await engine.enqueue(slow.with({ delay: "1h" }), false);
    await later.cancel();
    expect((await engine.enqueue(slow, false)).deduplicated).toBe(false);
  });

  test("reject: the second call throws and names the first; nothing of a batch with it is stored but what is free", async () => {
    const engine = openEngine({ store: fresh().open(), tasks });
    const first = await engine.enqueue(strict, "a", 1);
    const rejected = engine.enqueue(strict, "a", 2);
    await expect(rejected).rejects.toBeInstanceOf(JobConflictError);
    await expect(rejected).rejects.toMatchObject({ details: { existing: first.id } });
    const settled = await Promise.allSettled([engine.enqueue(strict, "b", 1), engine.enqueue(strict, "b", 2)]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    expect((await engine.jobs()).jobs).toHaveLength(2);
  });

  test("replace: the last arguments win while it has not been started, and every id stands for it", async () => {
    const engine = openEngine({ store: fresh().open(), tasks });
    const jobs = [await engine.enqueue(latest, 1), await engine.enqueue(latest, 2), await engine.enqueue(latest, 3)];
    expect(idsOf(jobs).size).toBe(1);
    await engine.work();
    expect(await Promise.all(jobs.map((job) => job.result()))).toEqual([3, 3, 3]);
  });
});

forEachSharedStore("26: between processes", (fresh) => {
  test("engines of their own on one store, at the same time", async () => {
    const store = fresh();
    const engines = Array.from({ length: 4 }, () => openEngine({ store: store.open(), tasks }));
    const jobs = await Promise.all(
      Array.from({ length: 100 }, (_, index) => (engines[index % 4] ?? expect.fail()).enqueue(report, `${index % 5}`)),
    );
    expect(idsOf(jobs).size).toBe(5);
    expect(jobs.filter(({ deduplicated }) => !deduplicated)).toHaveLength(5);
  });
});

describe("26: over HTTP", () => {
  test("an id that was sent before the conflict was known is right: it is an alias of the job that has the key", async () => {
    const engine = openEngine({ tasks });
    const jobs: Job<string>[] = [];
    const app = new App({ engine, work: false }).post("/reports", ({ background }) => {
      const job = background.addTask(report, "a");
      jobs.push(job);
      return { job: job.id };
    });
    const { url } = await listen(app);
    const ask = async () => ((await (await fetch(`${url}/reports`, { method: "POST" })).json()) as { job: string }).job;
    const ids = await Promise.all([ask(), ask(), ask()]);
    expect(new Set(ids).size).toBe(3);
    expect(jobs.filter(({ deduplicated }) => deduplicated)).toHaveLength(2);
    await engine.work();
    for (const id of ids) expect(await engine.job(id).result()).toBe("report of a");
    const records = await Promise.all(ids.map(async (id) => (await engine.job(id).read()).id));
    expect(new Set(records).size).toBe(1);
  });

  test("reject answers 409, and the handler's other tasks are not stored either", async () => {
    const engine = openEngine({ tasks });
    const jobs: Job[] = [];
    const app = new App({ engine, work: false }).post("/", ({ background }) => {
      jobs.push(background.addTask(throttled.with({ throttle: 1 }), "before"));
      jobs.push(background.addTask(strict, "a", 1));
      jobs.push(background.addTask(other, `${jobs.length}`));
    });
    const { url } = await listen(app);
    expect((await fetch(url, { method: "POST" })).status).toBe(200);
    const second = await fetch(url, { method: "POST" });
    expect([second.status, await second.json()]).toEqual([409, { detail: "Conflict" }]);
    expect((await engine.jobs()).jobs).toHaveLength(3);
    expect(await Promise.all(jobs.slice(3).map((job) => job.status()))).toEqual([
      "cancelled",
      "cancelled",
      "cancelled",
    ]);
  });
});

describe("26: throttle", () => {
  test("the second call gets the first one's handle, marked as deduplicated, also when that has long ended", async () => {
    const clock = new TestClock();
    const engine = openEngine({ store: memory({ clock }), clock, tasks });
    const first = await engine.enqueue(throttled, "a");
    const second = await engine.enqueue(throttled, "a");
    await engine.work();
    expect(await second.result()).toBe("a");
    clock.advance("9m");
    const third = await engine.enqueue(throttled, "a");
    expect([first, second, third].map(({ id, deduplicated }) => [id, deduplicated])).toEqual([
      [first.id, false],
      [first.id, true],
      [first.id, true],
    ]);
    expect(await third.result()).toBe("a");
    expect((await engine.enqueue(throttled, "b")).deduplicated).toBe(false);
    clock.advance("1m");
    expect((await engine.enqueue(throttled, "a")).deduplicated).toBe(false);
  });
});
