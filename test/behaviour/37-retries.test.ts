import { memory, NonRetryableError, RetryAfterError, task, type EngineEvents } from "afterwork";
import { sqlite } from "afterwork/sqlite";
import { TestClock } from "afterwork/testing";
import { describe, expect, test } from "vitest";

import { nextEvent, openEngine, storePath } from "./support/engines.ts";

/** Fails every time, saying which attempt it was. */
const broken = (context: { readonly attempt: number }): never => {
  throw new Error(`attempt ${context.attempt}`);
};
const exponential = task(
  "exponential",
  { durable: true, retries: 4, backoff: { type: "exponential", delay: 40, maxDelay: 100, jitter: 0.5 } },
  broken,
);
const fixed = task("fixed", { durable: true, retries: 2, backoff: 60 }, broken);
const slow = task("slow", { durable: true, retries: 1, backoff: 600 }, ({ attempt }) => {
  if (attempt === 1) throw new Error("first");
  return attempt;
});
const hopeless = task("hopeless", { durable: true, retries: 9 }, () => {
  throw new NonRetryableError("no such account");
});
const choosy = task(
  "choosy",
  { durable: true, retries: 9, backoff: 1, retryIf: (error) => !(error instanceof TypeError) },
  ({ attempt }) => {
    throw attempt < 3 ? new RangeError("again") : new TypeError("never");
  },
);
const tasks = [exponential, fixed, slow, hopeless, choosy];

describe("37: backoff", () => {
  test("exponential with jitter: each delay is announced and kept within its bounds", async () => {
    const engine = openEngine({ store: sqlite(storePath()), tasks });
    const announced: number[] = [];
    engine.on("jobRetrying", ({ delayMs }) => void announced.push(delayMs));
    await engine.work();
    const job = await engine.enqueue(exponential);
    await expect(job.result()).rejects.toThrow("attempt 5");
    const { failures } = await job.read();
    expect(failures.map(({ error }) => error.message)).toEqual([1, 2, 3, 4, 5].map((count) => `attempt ${count}`));
    const longest = [40, 80, 100, 100];
    expect(announced).toHaveLength(4);
    longest.forEach((delayMs, index) => {
      expect(announced[index]).toBeGreaterThanOrEqual(delayMs / 2);
      expect(announced[index]).toBeLessThanOrEqual(delayMs);
      const restedMs = Number(failures[index + 1]?.startedAt) - Number(failures[index]?.endedAt);
      expect(restedMs).toBeGreaterThanOrEqual(Math.floor(announced[index] ?? 0));
    });
  });

  test("a delay goes on across a restart: not sooner than it would have been, and the attempts count on", async () => {
    const path = storePath();
    const before = openEngine({ store: sqlite(path), tasks });
    const retrying = nextEvent(before, "jobRetrying");
    await before.work();
    const { id } = await before.enqueue(slow);
    const { delayMs } = await retrying;
    expect(delayMs).toBe(600);
    await before.close();
    const after = openEngine({ store: sqlite(path), tasks });
    expect(await after.job(id).status()).toBe("retrying");
    await after.work();
    expect(await after.job(id).result()).toBe(2);
    const { failures, startedAt, attempt } = await after.job(id).read();
    expect(Number(startedAt) - Number(failures[0]?.endedAt)).toBeGreaterThanOrEqual(600);
    expect([attempt, failures.length]).toEqual([2, 1]);
  });

  test("what a call says of its own is kept with it: retries, backoff and timeout", async () => {
    const engine = openEngine({ store: sqlite(storePath()), tasks });
    const retries: EngineEvents["jobRetrying"][] = [];
    engine.on("jobRetrying", (event) => void retries.push(event));
    const none = await engine.enqueue(fixed.with({ retries: 0 }));
    const once = await engine.enqueue(fixed.with({ retries: 1, backoff: 5 }));
    await engine.work();
    await expect(none.result()).rejects.toThrow("attempt 1");
    await expect(once.result()).rejects.toThrow("attempt 2");
    expect(retries.map(({ id, delayMs }) => [id, delayMs])).toEqual([[once.id, 5]]);
  });

  test("whoever retries a failed job by hand lets it count from 1 again", async () => {
    const engine = openEngine({ tasks });
    await engine.work();
    const job = await engine.enqueue(fixed.with({ backoff: 1 }));
    await expect(job.result()).rejects.toThrow("attempt 3");
    expect(await engine.retry(job.id)).toBe("retried");
    await expect(job.result()).rejects.toThrow("attempt 3");
    expect((await job.read()).failures).toHaveLength(6);
  });
});

describe("37: what is not tried again", () => {
  test("NonRetryableError: failed at once, whatever attempts are left", async () => {
    const engine = openEngine({ tasks });
    await engine.work();
    const job = await engine.enqueue(hopeless);
    await expect(job.result()).rejects.toMatchObject({ cause: { name: "NonRetryableError" } });
    expect((await job.read()).attempt).toBe(1);
  });

  test("what retryIf says no to", async () => {
    const engine = openEngine({ tasks });
    await engine.work();
    const job = await engine.enqueue(choosy);
    await expect(job.result()).rejects.toThrow("never");
    expect((await job.read()).attempt).toBe(3);
  });

  test.each([undefined, null, "text", { code: 7 }, new Proxy({}, {})])(
    "a thrown %s is an error like others",
    async (thrown) => {
      const odd = task("odd", { durable: true, retries: 1, backoff: 1 }, () => {
        throw thrown; // oxlint-disable-line typescript/only-throw-error
      });
      const engine = openEngine({ tasks: [odd] });
      await engine.work();
      const job = await engine.enqueue(odd);
      await expect(job.result()).rejects.toMatchObject({ code: "JOB_FAILED" });
      expect((await job.read()).failures.map(({ error }) => error.name)).toEqual(["NonError", "NonError"]);
    },
  );
});

/** Moves a clock on in small steps until something has happened. */
async function advanceUntil(clock: TestClock, isDone: () => boolean, most = 1_000): Promise<void> {
  for (let step = 0; step < most && !isDone(); step += 1) {
    clock.advance("1s");
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe("37: not before its time, by a clock of its own", () => {
  test('RetryAfterError("30s"), whatever the backoff says', async () => {
    const clock = new TestClock();
    const startedAt: number[] = [];
    const polite = task("polite", { durable: true, retries: 1, backoff: 1 }, ({ attempt }) => {
      startedAt.push(clock.now());
      if (attempt === 1) throw new RetryAfterError("30s");
      return attempt;
    });
    const engine = openEngine({ store: memory({ clock }), clock, tasks: [polite] });
    const retrying = nextEvent(engine, "jobRetrying");
    await engine.work();
    const job = await engine.enqueue(polite);
    expect((await retrying).delayMs).toBe(30_000);
    clock.advance(29_999);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([startedAt.length, await job.status()]).toEqual([1, "retrying"]);
    await advanceUntil(clock, () => startedAt.length > 1);
    expect(await job.result()).toBe(2);
    expect((startedAt[1] ?? 0) - (startedAt[0] ?? 0)).toBeGreaterThanOrEqual(30_000);
  });

  test("snooze leaves the attempt count, however often", async () => {
    const clock = new TestClock();
    const attempts: number[] = [];
    const sleepy = task("sleepy", { durable: true, retries: 1, backoff: 1 }, ({ attempt, job }) => {
      attempts.push(attempt);
      if (attempts.length <= 5) job.snooze("10s");
      if (attempts.length === 6) throw new Error("a real failure");
      return "done";
    });
    const engine = openEngine({ store: memory({ clock }), clock, tasks: [sleepy] });
    const failures: unknown[] = [];
    engine.on("jobFailed", (event) => void failures.push(event));
    await engine.work();
    const job = await engine.enqueue(sleepy);
    await advanceUntil(clock, () => attempts.length === 7);
    expect(await job.result()).toBe("done");
    expect(attempts).toEqual([1, 1, 1, 1, 1, 1, 2]);
    expect([(await job.read()).failures.length, failures]).toEqual([1, []]);
  });
});
