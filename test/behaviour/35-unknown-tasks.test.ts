import { task, type Codec, type EngineEvents } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { describe, expect, test } from "vitest";

import { nextEvent, openEngine, storePath } from "./support/engines.ts";
import { recordLog } from "./support/listen.ts";

const known = task("known", { durable: true }, (_context, value: number) => value);
const fresh = task("fresh", { durable: true }, (_context, value: number) => value * 2);

describe("35: a task whose name a worker does not know", () => {
  test("its job stays queued for one that knows it, and is reported; what stands behind it runs", async () => {
    const path = storePath();
    const { log, lines } = recordLog();
    const producer = openEngine({ store: sqlite(path), tasks: [known, fresh] });
    const old = openEngine({ store: sqlite(path), tasks: [known], log, poll: 50 });
    const [unknown, behind] = await producer.enqueueMany([
      [fresh.with({ priority: 50 }), 21],
      [known, 1],
    ]);
    const told = nextEvent(old, "taskUnknown");
    await old.work({ concurrency: 1 });
    expect(await told).toEqual({ task: "fresh", jobs: [unknown.id] });
    expect(await behind.result()).toBe(1);
    expect(await unknown.status()).toBe("queued");
    expect(await old.job(unknown.id).read()).toMatchObject({ task: "fresh", args: [21], attempt: 0, failures: [] });
    await producer.work();
    expect(await unknown.result()).toBe(42);
    expect(await old.job(unknown.id).result()).toBe(42);
    expect(lines.filter(({ level }) => level === "error")).toEqual([]);
  });

  test("without a listener the log says it, and a hundred of them are not told a hundred times", async () => {
    const path = storePath();
    const { log, lines } = recordLog();
    const producer = openEngine({ store: sqlite(path), tasks: [known, fresh] });
    await producer.enqueueMany(Array.from({ length: 100 }, (_, value) => [fresh, value] as const));
    const last = await producer.enqueue(known, 1);
    const old = openEngine({ store: sqlite(path), tasks: [known], log });
    await old.work();
    expect(await last.result()).toBe(1);
    const warnings = lines.filter(({ message }) => message.includes("worker that knows the task fresh"));
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.length).toBeLessThanOrEqual(10);
    expect((await producer.counts()).statuses.queued).toBe(100);
  });

  test("many that nobody knows do not keep those behind them waiting", async () => {
    const path = storePath();
    const producer = openEngine({ store: sqlite(path, { synchronous: "normal" }), tasks: [known, fresh] });
    await producer.enqueueMany(Array.from({ length: 3_000 }, (_, value) => [fresh, value] as const));
    const behind = await producer.enqueueMany(Array.from({ length: 10 }, (_, value) => [known, value] as const));
    const old = openEngine({ store: sqlite(path), tasks: [known] });
    await old.work();
    expect(await Promise.all(behind.map((job) => job.result()))).toEqual(behind.map((_, value) => value));
    const young = openEngine({ store: sqlite(path, { synchronous: "normal" }), tasks: [fresh] });
    await young.work({ concurrency: 100 });
    await expect.poll(async () => (await young.counts()).statuses.succeeded, { timeout: 8_000 }).toBe(3_010);
  });

  test("a parked job can be cancelled", async () => {
    const path = storePath();
    const producer = openEngine({ store: sqlite(path), tasks: [known, fresh] });
    const old = openEngine({ store: sqlite(path), tasks: [known] });
    const told = nextEvent(old, "taskUnknown");
    const job = await producer.enqueue(fresh, 1);
    await old.work();
    await told;
    expect(await job.cancel()).toBe("cancelled");
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
  });
});

const shouting: Codec = {
  stringify: (value) => `!${JSON.stringify(value)}`,
  parse: (text) => JSON.parse(text.slice(1)),
};

describe("35: a payload that can't be decoded", () => {
  test("backs off, then failed; the worker lives, and the task's function is never called", async () => {
    const path = storePath();
    let calls = 0;
    const options = { durable: true, retries: 2, backoff: 20 } as const;
    const encoded = task("mail", { ...options, codec: shouting }, (_context, _to: string) => {});
    const plain = task("mail", options, (_context, _to: string) => void (calls += 1));
    const producer = openEngine({ store: sqlite(path), tasks: [encoded] });
    const consumer = openEngine({ store: sqlite(path), tasks: [plain, known] });
    const retries: EngineEvents["jobRetrying"][] = [];
    consumer.on("jobRetrying", (event) => void retries.push(event));
    const job = await producer.enqueue(encoded, "alice");
    await consumer.work();
    const failed = consumer.job(job.id).result();
    await expect(failed).rejects.toMatchObject({ code: "JOB_FAILED", cause: { name: "InvalidArgumentsError" } });
    const { failures, args } = await consumer.job(job.id).read();
    expect(failures.map(({ attempt, crashed }) => [attempt, crashed])).toEqual([
      [1, false],
      [2, false],
      [3, false],
    ]);
    expect([args, retries.length, calls]).toEqual([undefined, 2, 0]);
    expect(await (await consumer.enqueue(known, 5)).result()).toBe(5);
  });

  test("a result that can't be stored fails its own job only", async () => {
    const engine = openEngine({ store: sqlite(storePath()), tasks: [known, ...unstorable] });
    const jobs = await Promise.all(unstorable.map((one) => engine.enqueue(one)));
    const good = await engine.enqueueMany(Array.from({ length: 20 }, (_, value) => [known, value] as const));
    await engine.work();
    for (const job of jobs) {
      await expect(job.result()).rejects.toMatchObject({ code: "JOB_FAILED", cause: { name: "InvalidResultError" } });
    }
    expect(await Promise.all(good.map((job) => job.result()))).toEqual(good.map((_, value) => value));
  });
});

const unstorable = [
  task("returns-a-date", { durable: true }, (): unknown => new Date(0)),
  task("returns-too-much", { durable: true }, () => "x".repeat(2_000_000)),
  task("returns-a-cycle", { durable: true }, (): unknown => {
    const list: unknown[] = [];
    list.push(list);
    return list;
  }),
] as const;
