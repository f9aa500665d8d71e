import { memory, NonRetryableError, task } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { TestClock } from "afterwork/testing";
import { describe, expect, test } from "vitest";

import { nextEvent, openEngine, storePath } from "./support/engines.ts";
import { forEachStore } from "./support/shared-store.ts";

interface Made {
  readonly a: number;
  readonly b: readonly string[];
  readonly c: null;
}

/** A task of three steps that fails after the second one in its first attempts, and what it did. */
function threeSteps(failures: number) {
  const did: string[] = [];
  const made = task("made", { durable: true, retries: 5, backoff: 5 }, async ({ step, attempt }): Promise<Made> => {
    did.push(`attempt ${attempt}`);
    const a = await step("A", () => {
      did.push("A");
      return Math.random();
    });
    const b = await step("B", async () => {
      did.push("B");
      return [`${a}`];
    });
    if (attempt <= failures) throw new Error("after B");
    const c = await step("C", () => {
      did.push("C");
      return null;
    });
    return { a, b, c };
  });
  return { made, did };
}

forEachStore("45: steps A, B and C, and a failure after B", (fresh) => {
  test("A and B aren't run again, and their values are the same", async () => {
    const { made, did } = threeSteps(2);
    const engine = openEngine({ store: fresh().open(), tasks: [made] });
    await engine.work();
    const { a, b, c } = await (await engine.enqueue(made)).result();
    expect([b, c]).toEqual([[`${a}`], null]);
    expect(did).toEqual(["attempt 1", "A", "B", "attempt 2", "attempt 3", "C"]);
  });

  test("a step that fails is run again, and only that one", async () => {
    const did: string[] = [];
    const work = task("work", { durable: true, retries: 1, backoff: 5 }, async ({ step, attempt }) => {
      await step("good", () => void did.push("good"));
      return step("bad", () => {
        did.push(`bad ${attempt}`);
        if (attempt === 1) throw new Error("first");
        return attempt;
      });
    });
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    await engine.work();
    expect(await (await engine.enqueue(work)).result()).toBe(2);
    expect(did).toEqual(["good", "bad 1", "bad 2"]);
  });

  test("an error that is caught around a step lets the function go on", async () => {
    const work = task("work", { durable: true }, async ({ step }) => {
      const first = await step("fails", () => Promise.reject(new Error("no"))).catch(() => "instead");
      return [first, await step("next", () => "next")];
    });
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    await engine.work();
    expect(await (await engine.enqueue(work)).result()).toEqual(["instead", "next"]);
  });

  test("steps side by side keep apart", async () => {
    const runs: string[] = [];
    const work = task("work", { durable: true, retries: 1, backoff: 5 }, async ({ step, attempt }) => {
      const all = await Promise.all(
        ["x", "y", "z"].map((name) =>
          step(name, async () => {
            await new Promise(setImmediate);
            runs.push(name);
            return `${name}${attempt}`;
          }),
        ),
      );
      if (attempt === 1) throw new Error("again");
      return all;
    });
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    await engine.work();
    expect(await (await engine.enqueue(work)).result()).toEqual(["x1", "y1", "z1"]);
    expect(runs.toSorted()).toEqual(["x", "y", "z"]);
  });

  test("a name that is used twice is an error, in any attempt, and for a sleep as well", async () => {
    const twice = task("twice", { durable: true }, async ({ step }) => {
      await step("same", () => 1);
      await step("same", () => 2);
    });
    const mixed = task("mixed", { durable: true }, async ({ step, sleep }) => {
      await step("same", () => 1);
      await sleep("same", 1);
    });
    const engine = openEngine({ store: fresh().open(), tasks: [twice, mixed] });
    await engine.work();
    for (const one of [twice, mixed]) {
      const failed = (await engine.enqueue(one)).result();
      await expect(failed).rejects.toThrow(/two steps called "same"/);
      await expect(failed).rejects.toMatchObject({ code: "JOB_FAILED" });
    }
  });

  test("a value that can't be stored fails the attempt, naming the step; undefined is a value", async () => {
    const empty = task("empty", { durable: true, retries: 1, backoff: 1 }, async ({ step, attempt }) => {
      const value = await step("nothing", () => undefined);
      if (attempt === 1) throw new Error("again");
      return value === undefined;
    });
    const dated = task("dated", { durable: true }, async ({ step }): Promise<unknown> =>
      step("when", () => new Date(0)),
    );
    const engine = openEngine({ store: fresh().open(), tasks: [empty, dated] });
    await engine.work();
    expect(await (await engine.enqueue(empty)).result()).toBe(true);
    await expect((await engine.enqueue(dated)).result()).rejects.toThrow(/step "when".*expected plain JSON/);
  });

  test("steps are a job's own, and a retry by hand still knows them", async () => {
    const did: string[] = [];
    let isBroken = true;
    const work = task("work", { durable: true }, async ({ step }, name: string) => {
      await step("once", () => void did.push(name));
      if (isBroken) throw new NonRetryableError("broken");
      return name;
    });
    const engine = openEngine({ store: fresh().open(), tasks: [work] });
    await engine.work();
    const jobs = await engine.enqueueMany([
      [work, "a"],
      [work, "b"],
    ]);
    await Promise.allSettled(jobs.map((job) => job.result()));
    isBroken = false;
    for (const { id } of jobs) expect(await engine.retry(id)).toBe("retried");
    expect(await Promise.all(jobs.map((job) => job.result()))).toEqual(["a", "b"]);
    expect(did.toSorted()).toEqual(["a", "b"]);
  });
});

describe("45: across a restart", () => {
  test("another engine on the file goes on after the steps that were done", async () => {
    const path = storePath();
    const { made, did } = threeSteps(1);
    const before = openEngine({ store: sqlite(path), tasks: [made] });
    const retrying = nextEvent(before, "jobRetrying");
    await before.work();
    const { id } = await before.enqueue(made.with({ backoff: 300 }));
    await retrying;
    await before.close();
    const after = openEngine({ store: sqlite(path), tasks: [made] });
    await after.work();
    const { a, b } = await after.job<Made>(id).result();
    expect(b).toEqual([`${a}`]);
    expect(did).toEqual(["attempt 1", "A", "B", "attempt 2", "C"]);
  });
});

describe("45: sleep", () => {
  test("holds no slot, costs no attempt, and ends when its time has come, counted from the first call", async () => {
    const clock = new TestClock();
    const did: string[] = [];
    const start = clock.now();
    const drip = task("drip", { durable: true }, async ({ step, sleep, attempt }) => {
      await step("welcome", () => void did.push("welcome"));
      await sleep("a week", "7d");
      await step("reminder", () => void did.push(`reminder after ${(clock.now() - start) / 86_400_000} days`));
      return attempt;
    });
    const quick = task("quick", { durable: true }, () => "quick");
    const engine = openEngine({ store: memory({ clock }), clock, tasks: [drip, quick] });
    const worker = await engine.work({ concurrency: 1 });
    const job = await engine.enqueue(drip);
    await expect.poll(() => job.status()).toBe("scheduled");
    expect(await (await engine.enqueue(quick)).result()).toBe("quick");
    expect(worker.running).toBe(0);
    for (let hour = 0; hour < 8 * 24 && did.length < 2; hour += 1) {
      clock.advance("1h");
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await job.result()).toBe(1);
    expect(did).toEqual(["welcome", expect.stringMatching(/^reminder after 7(\.\d+)? days$/)]);
    expect((await job.read()).failures).toEqual([]);
  });

  test("a second one is counted by itself, and code that swallows what sleep throws can't go on", async () => {
    const did: string[] = [];
    const naps = task("naps", { durable: true }, async ({ sleep }) => {
      await sleep("one", 20);
      did.push("between");
      await sleep("two", 20).catch(() => did.push("swallowed"));
      did.push("end");
      return "slept";
    });
    const engine = openEngine({ tasks: [naps] });
    await engine.work();
    expect(await (await engine.enqueue(naps)).result()).toBe("slept");
    expect(did.filter((what) => what === "between").length).toBe(2);
  });
});
