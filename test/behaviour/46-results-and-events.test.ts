import { chain, task, type Job, type JobEvent } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { expect, test } from "vitest";

import { openEngine, storePath } from "./support/engines.ts";
import { makeGate, type Gate } from "./support/gate.ts";
import { forEachStore } from "./support/shared-store.ts";

interface Row {
  readonly rows: readonly number[];
}

/** A task that waits for a gate in its middle. */
function halting(gate: Gate) {
  return task("halting", { durable: true }, async ({ progress, log }, value: number): Promise<Row> => {
    progress({ done: 1 });
    log.info("half of it", { value });
    await gate.passed;
    progress({ done: 2 });
    return { rows: [value] };
  });
}

async function collect(events: AsyncIterable<JobEvent>, isEnough: (all: readonly JobEvent[]) => boolean = () => false) {
  const all: JobEvent[] = [];
  for await (const event of events) {
    all.push(event);
    if (isEnough(all)) break;
  }
  return all;
}

const isLogged = (all: readonly JobEvent[]): boolean => all.some(({ type }) => type === "log");
const kinds = (events: readonly JobEvent[]) => events.map(({ type, data }) => [type, data]);

forEachStore("46: result()", (fresh) => {
  test("before, during and after completion → the same", async () => {
    const gate = makeGate();
    const work = halting(gate);
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    const job = await engine.enqueue(work, 7);
    const before = job.result();
    await engine.work();
    await expect.poll(() => job.status()).toBe("running");
    const during = job.result();
    gate.open();
    const expected = { rows: [7] };
    const all = await Promise.all([before, during, job.result(), engine.job(job.id).result()]);
    expect(all).toEqual([expected, expected, expected, expected]);
    expect((await job.read()).result).toEqual(expected);
  });

  test("a failure is the same for everybody, too: its error, and those of all attempts", async () => {
    const broken = task("broken", { durable: true, retries: 1, backoff: 1 }, ({ attempt }) => {
      throw new RangeError(`attempt ${attempt}`);
    });
    const engine = openEngine({ store: fresh().open(), tasks: [broken] });
    const job = await engine.enqueue(broken);
    const before = job.result();
    await engine.work();
    const seen = [await before.catch((error: unknown) => error), await job.result().catch((error: unknown) => error)];
    for (const error of seen) {
      expect(error).toMatchObject({ code: "JOB_FAILED", cause: { name: "RangeError", message: "attempt 2" } });
      expect(error).toHaveProperty("failures.length", 2);
    }
  });

  test("a thousand that wait cost the store a few questions, not a thousand", async () => {
    const gate = makeGate();
    const work = halting(gate);
    const store = fresh().open();
    let asked = 0;
    const get = store.get.bind(store);
    Object.assign(store, { get: (...args: Parameters<typeof get>) => ((asked += 1), get(...args)) });
    const engine = openEngine({ store, tasks: [work] });
    const jobs = await engine.enqueueMany(Array.from({ length: 1_000 }, (_, value) => [work, value] as const));
    const results = jobs.map((job) => job.result());
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(asked).toBeLessThan(50);
    gate.open();
    await engine.work({ concurrency: 100 });
    expect((await Promise.all(results)).map(({ rows }) => rows[0])).toEqual(jobs.map((_, value) => value));
  });

  test("a wait may be given up, by time or by a signal, and the job goes on", async () => {
    const gate = makeGate();
    const work = halting(gate);
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    await engine.work();
    const job = await engine.enqueue(work, 1);
    const abort = new AbortController();
    const waiting = job.result({ signal: abort.signal });
    await expect(job.result({ timeout: 20 })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
    abort.abort(new Error("I left"));
    await expect(waiting).rejects.toThrow("I left");
    await expect(job.result({ signal: AbortSignal.abort(new Error("gone before")) })).rejects.toThrow("gone before");
    gate.open();
    expect(await job.result({ timeout: "5s" })).toEqual({ rows: [1] });
  });

  test("of a job that nobody knows, or that has been removed", async () => {
    const work = task("work", { durable: true }, () => 1);
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    await engine.work();
    await expect(engine.job("01890000-0000-7000-8000-000000000000").result()).rejects.toMatchObject({
      code: "JOB_NOT_FOUND",
    });
    const job = await engine.enqueue(work);
    await job.result();
    expect(await engine.remove(job.id)).toBe("removed");
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
  });
});

forEachStore("46: events", (fresh) => {
  test("all that is kept, in order, until the end: status, progress and log lines", async () => {
    const gate = makeGate();
    const work = halting(gate);
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    const job = await engine.enqueue(work, 7);
    const following = collect(job.events());
    await engine.work();
    const early = await collect(job.events(), isLogged);
    expect(kinds(early)).toContainEqual(["log", { level: "info", message: "half of it", fields: { value: 7 } }]);
    gate.open();
    const all = await following;
    expect(kinds(all.filter(({ type }) => type !== "status"))).toEqual([
      ["progress", { done: 1 }],
      ["log", { level: "info", message: "half of it", fields: { value: 7 } }],
      ["progress", { done: 2 }],
    ]);
    expect(kinds(all).at(-1)).toEqual(["status", "succeeded"]);
    const ids = all.map(({ id }) => id);
    expect(ids).toEqual(ids.toSorted((one, other) => one - other));
    expect(await job.progress()).toEqual({ done: 2 });
  });

  test("who comes back with the last id that was seen misses nothing and sees nothing twice", async () => {
    const gate = makeGate();
    const work = halting(gate);
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    await engine.work();
    const job = await engine.enqueue(work, 7);
    const first = await collect(job.events(), isLogged);
    const after = first.at(-1)?.id ?? 0;
    gate.open();
    await job.result();
    const second = await collect(job.events({ after }));
    const told = [...first, ...second].filter(({ type }) => type !== "status");
    expect(told.map(({ id }) => id)).toEqual(told.map((_, index) => (told[0]?.id ?? 0) + index));
    expect(told).toHaveLength(3);
    expect(kinds(second).at(-1)).toEqual(["status", "succeeded"]);
    expect(kinds(await collect(job.events({ after: 9_999 })))).toEqual([["status", "succeeded"]]);
  });

  test("more than a page of them, and of those that are many the last 1,000", async () => {
    const chatty = task("chatty", { durable: true }, ({ log }, lines: number) => {
      for (let line = 1; line <= lines; line += 1) log.info(`line ${line}`);
    });
    const engine = openEngine({ store: fresh().open(), tasks: [chatty] });
    await engine.work();
    for (const lines of [450, 2_500]) {
      const job = await engine.enqueue(chatty, lines);
      await job.result();
      const told = (await collect(job.events())).filter(({ type }) => type === "log");
      expect(told).toHaveLength(Math.min(lines, 1_000));
      expect(told.at(-1)?.data).toMatchObject({ message: `line ${lines}` });
    }
  });

  test("a signal ends them, and so does leaving the loop; those of an unknown job throw", async () => {
    const gate = makeGate();
    const work = halting(gate);
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    const job = await engine.enqueue(work, 1);
    const abort = new AbortController();
    const following = collect(job.events({ signal: abort.signal }));
    abort.abort();
    expect(kinds(await following).every(([type]) => type === "status")).toBe(true);
    expect(await collect(job.events(), () => true)).toHaveLength(1);
    const unknown: Job = engine.job("01890000-0000-7000-8000-000000000000");
    await expect(collect(unknown.events())).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
    gate.open();
  });
});

test("46: from another engine on the file, the events of the last of a chain", async () => {
  const path = storePath();
  const add = task("add", { durable: true }, ({ progress }, left: number, right: number) => {
    progress(left + right);
    return left + right;
  });
  const here = openEngine({ store: sqlite(path), tasks: [add] });
  const there = openEngine({ store: sqlite(path), tasks: [add] });
  const job = await here.enqueue(chain([add, 1, 2], [add, 3]));
  const following = collect(here.job(job.id).events());
  await there.work();
  expect(await job.result()).toBe(6);
  const told = kinds(await following);
  expect(told[0]).toEqual(["status", "waiting"]);
  expect(told).toContainEqual(["progress", 6]);
  expect(told.at(-1)).toEqual(["status", "succeeded"]);
});
