import { chain, chord, group, JobFailedError, task } from "afterwork";
import { expect, test } from "vitest";

import { openEngine } from "./support/engines.ts";
import { makeGate } from "./support/gate.ts";
import { forEachStore } from "./support/shared-store.ts";

const add = task("add", { durable: true }, (_context, left: number, right: number) => left + right);
const double = task("double", { durable: true }, (_context, value: number) => value * 2);
const sum = task("sum", { durable: true }, (_context, values: readonly number[]) =>
  values.reduce((total, value) => total + value, 0),
);
const many = task("many", { durable: true }, (_context, count: number) => Array.from({ length: count }, () => "x"));
const count = task("count", { durable: true }, (_context, list: readonly string[]) => list.length);
const nothing = task("nothing", { durable: true }, () => {});
const typeOf = task("type-of", { durable: true }, (_context, value: unknown) => String(value));

/** Fails as long as it is told to. */
let isBroken = true;
const ran: string[] = [];
const fragile = task("fragile", { durable: true }, (_context, value: number) => {
  ran.push(`fragile ${value}`);
  if (isBroken) throw new Error("broken");
  return value + 100;
});
const noted = task("noted", { durable: true }, (_context, value: number) => {
  ran.push(`noted ${value}`);
  return value;
});
const tasks = [add, double, sum, many, count, nothing, typeOf, fragile, noted];

forEachStore("44: outputs flow", (fresh) => {
  test("along a chain: each result is the next one's first argument", async () => {
    const engine = openEngine({ store: fresh().open(), tasks });
    await engine.work();
    const job = await engine.enqueue(chain([add, 1, 2], double, [add, 10], double));
    expect(await job.result()).toBe(32);
    expect(await (await engine.enqueue(chain([many, 3], count))).result()).toBe(3);
    expect(await (await engine.enqueue(chain([nothing], typeOf))).result()).toBe("undefined");
  });

  test("of a group and into a chord, in the order of the members, whoever ends first", async () => {
    const engine = openEngine({ store: fresh().open(), tasks });
    const job = await engine.enqueue(group([add.with({ delay: 60 }), 1, 1], [double, 5], [double, 6]));
    const merged = await engine.enqueue(
      chord(
        [
          [add.with({ delay: 60 }), 1, 1],
          [double, 5],
        ],
        sum,
      ),
    );
    await engine.work();
    expect(await job.result()).toEqual([2, 10, 12]);
    expect(await merged.result()).toBe(12);
    expect(await (await engine.enqueue(group())).result()).toEqual([]);
    expect(await (await engine.enqueue(chord([], typeOf))).result()).toBe("");
  });

  test("nested: a group in a chain, a chain in a chord in a chord", async () => {
    const engine = openEngine({ store: fresh().open(), tasks });
    await engine.work();
    const spread = await engine.enqueue(chain([add, 1, 1], group(double, [add, 5], double), sum));
    expect(await spread.result()).toBe(4 + 7 + 4);
    const inner = chord([chain([add, 1, 1], double), [double, 3]], sum);
    const outer = await engine.enqueue(chord([[inner], [inner], [double, 1]], sum));
    expect(await outer.result()).toBe(10 + 10 + 2);
    const groups = await engine.enqueue(group([group([double, 1], [double, 2])], [double, 3]));
    expect(await groups.result()).toEqual([[2, 4], 6]);
  });

  test("with 1,000 members", async () => {
    const engine = openEngine({ store: fresh().open(), tasks });
    await engine.work({ concurrency: 100 });
    const members = Array.from({ length: 1_000 }, (_, value) => [double, value] as const);
    expect(await (await engine.enqueue(chord(members, sum))).result()).toBe(999_000);
  });

  test("only the last one's delay, queue and priority are its own, and nothing starts before its parents have ended", async () => {
    const gate = makeGate();
    const first = task("first", { durable: true }, async () => {
      await gate.passed;
      return 1;
    });
    const engine = openEngine({ store: fresh().open(), tasks: [first, double] });
    await engine.work();
    const job = await engine.enqueue(chain([first], double.with({ delay: 100, priority: 7, queue: "later" })));
    expect(await job.read()).toMatchObject({ status: "waiting", priority: 7, queue: "later", attempt: 0 });
    const before = Date.now();
    gate.open();
    expect(await job.result()).toBe(2);
    expect(Date.now() - before).toBeGreaterThanOrEqual(95);
  });
});

forEachStore("44: a member fails", (fresh) => {
  test("the chord fails as soon as it does, its merge never runs, and what runs beside it may end", async () => {
    isBroken = true;
    ran.length = 0;
    const gate = makeGate();
    const slow = task("slow", { durable: true }, async () => {
      await gate.passed;
      return 1;
    });
    const merge = task("merge", { durable: true }, (_context, _all: readonly number[]) => void ran.push("merge"));
    const engine = openEngine({ store: fresh().open(), tasks: [...tasks, slow, merge] });
    await engine.work();
    const job = await engine.enqueue(chord([[slow], [fragile, 1]], merge));
    const failed = job.result();
    await expect(failed).rejects.toBeInstanceOf(JobFailedError);
    await expect(failed).rejects.toThrow(/fragile .*which it needs, ended as failed: broken/);
    gate.open();
    const parents = (await job.read()).parents;
    expect(await engine.job(parents[0] ?? "").result()).toBe(1);
    expect(ran).toEqual(["fragile 1"]);
  });

  test("all that comes after it in a chain ends as it did, and nothing of it has run", async () => {
    isBroken = true;
    ran.length = 0;
    const engine = openEngine({ store: fresh().open(), tasks });
    await engine.work();
    const job = await engine.enqueue(chain([noted, 1], fragile, noted, noted));
    await expect(job.result()).rejects.toThrow(/broken/);
    expect(ran).toEqual(["noted 1", "fragile 1"]);
    const statuses = (await engine.jobs()).jobs.map(({ status }) => status).toReversed();
    expect(statuses).toEqual(["succeeded", "failed", "failed", "failed"]);
  });

  test("retry of the failed middle goes on from there, with the results that are there", async () => {
    isBroken = true;
    ran.length = 0;
    const engine = openEngine({ store: fresh().open(), tasks });
    await engine.work();
    const job = await engine.enqueue(chain([noted, 1], fragile, noted));
    await expect(job.result()).rejects.toThrow(/broken/);
    const middle = (await job.read()).parents[0] ?? "";
    expect(await engine.retry(job.id)).toBe("parent");
    isBroken = false;
    expect(await engine.retry(middle)).toBe("retried");
    expect(await job.result()).toBe(101);
    expect(ran).toEqual(["noted 1", "fragile 1", "fragile 1", "noted 101"]);
  });

  test("retries of its own come first: what follows waits for them", async () => {
    let left = 2;
    const flaky = task("flaky", { durable: true, retries: 2, backoff: 5 }, () => {
      left -= 1;
      if (left >= 0) throw new Error("again");
      return 21;
    });
    const engine = openEngine({ store: fresh().open(), tasks: [flaky, double] });
    await engine.work();
    expect(await (await engine.enqueue(chain([flaky], double))).result()).toBe(42);
  });
});

forEachStore("44: cancel", (fresh) => {
  test("of the first: all that follows is cancelled; of the last: what comes before it runs to its end", async () => {
    ran.length = 0;
    const engine = openEngine({ store: fresh().open(), tasks });
    const first = await engine.enqueue(chain([noted.with({ delay: "1h" }), 1], noted, noted));
    const ids = (await engine.jobs()).jobs.map(({ id }) => id).toReversed();
    expect(await engine.cancel(ids[0] ?? "")).toBe("cancelled");
    await expect(first.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(await engine.job(ids[1] ?? "").status()).toBe("cancelled");

    const second = await engine.enqueue(chain([noted, 5], noted));
    expect(await second.cancel()).toBe("cancelled");
    await engine.work();
    const parent = (await second.read()).parents[0] ?? "";
    expect(await engine.job(parent).result()).toBe(5);
    expect(ran).toEqual(["noted 5"]);
  });

  test("of a running member: the chord is cancelled with it", async () => {
    const patient = task("patient", { durable: true }, async ({ signal }): Promise<number> => {
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
      return 1;
    });
    const engine = openEngine({ store: fresh().open(), tasks: [...tasks, patient] });
    await engine.work();
    const job = await engine.enqueue(chord([[double, 1], [patient]], sum));
    const member = (await job.read()).parents[1] ?? "";
    await expect.poll(() => engine.job(member).status()).toBe("running");
    await engine.cancel(member);
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
  });

  test("a member that expires ends what follows as expired", async () => {
    const engine = openEngine({ store: fresh().open(), tasks });
    const job = await engine.enqueue(chain([noted.with({ expiresIn: 10 }), 1], noted));
    await new Promise((resolve) => setTimeout(resolve, 20));
    await engine.work();
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_EXPIRED" });
  });
});

forEachStore("44: members with unique keys", (fresh) => {
  test("one whose key is taken is the job that has it: what follows gets that one's result, ended or not", async () => {
    const gate = makeGate();
    let runs = 0;
    const page = task("page", { durable: true, throttle: "1h" }, async (_context, size: number) => {
      runs += 1;
      await gate.passed;
      return size;
    });
    const engine = openEngine({ store: fresh().open(), tasks: [...tasks, page] });
    await engine.work();
    const single = await engine.enqueue(page, 21);
    const during = await engine.enqueue(chain([page, 21], double));
    const twice = await engine.enqueue(
      chord(
        [
          [page, 21],
          [page, 21],
          [double, 1],
        ],
        sum,
      ),
    );
    gate.open();
    expect(await Promise.all([single.result(), during.result(), twice.result()])).toEqual([21, 42, 44]);
    const after = await engine.enqueue(chain([page, 21], double));
    expect([await after.result(), runs]).toEqual([42, 1]);
  });
});
