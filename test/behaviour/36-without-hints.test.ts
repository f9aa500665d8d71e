import { chain, task, type Engine, type Store } from "afterwork";
import { expect, test } from "vitest";

import { openEngine, withChanges } from "./support/engines.ts";
import { makeGate } from "./support/gate.ts";
import { forEachStore, type FreshStore } from "./support/shared-store.ts";

/** The same store, which never tells anybody that there is something new. */
const silent = (store: Store): Store => withChanges(store, { wake: () => {}, onWake: () => () => {} });

const add = task("add", { durable: true }, (_context, left: number, right: number) => left + right);
const flaky = task("flaky", { durable: true, retries: 1, backoff: 20 }, ({ attempt }) => {
  if (attempt === 1) throw new Error("first");
  return attempt;
});
const patient = task("patient", { durable: true }, async ({ signal, progress }) => {
  progress("waiting");
  await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
});
const tasks = [add, flaky, patient];

/** One engine that only enqueues and one that works, so that not even the same process gives a hint. */
function pair(store: FreshStore): { client: Engine; worker: Engine } {
  return {
    client: openEngine({ store: silent(store.open()), tasks, poll: 50 }),
    worker: openEngine({ store: silent(store.open()), tasks, poll: 50, lease: "1s" }),
  };
}

forEachStore("36: wake-ups switched off → everything passes by polling", (fresh) => {
  test("results, delays, retries and what follows in a chain", async () => {
    const { client, worker } = pair(fresh());
    await worker.work();
    const jobs = [
      await client.enqueue(add, 1, 2),
      await client.enqueue(add.with({ delay: 200 }), 3, 4),
      await client.enqueue(flaky),
      await client.enqueue(chain([add, 1, 1], [add, 1], [add, 1])),
    ];
    expect(await Promise.all(jobs.map((job) => job.result()))).toEqual([3, 7, 2, 4]);
  });

  test("cancellation of a running job within 2 s, and its events", async () => {
    const { client, worker } = pair(fresh());
    await worker.work();
    const job = await client.enqueue(patient);
    const seen: unknown[] = [];
    const following = (async () => {
      for await (const { type, data } of job.events()) seen.push(`${type} ${String(data)}`);
    })();
    await expect.poll(() => seen).toContain("progress waiting");
    const start = performance.now();
    expect(await job.cancel()).toBe("requested");
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(performance.now() - start).toBeLessThan(3_000);
    await following;
    expect(seen.at(-1)).toBe("status cancelled");
  });

  test("a queue that is resumed, and jobs of a worker that has stopped", async () => {
    const { client, worker } = pair(fresh());
    await client.pause("default");
    const first = await worker.work();
    const job = await client.enqueue(add, 1, 1);
    await expect(job.result({ timeout: 200 })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
    await client.resume("default");
    expect(await job.result()).toBe(2);
    await first.stop();
    const later = await client.enqueue(add, 2, 2);
    await worker.work();
    expect(await later.result()).toBe(4);
  });

  test("a job with a key that waits for another one to end", async () => {
    const gate = makeGate();
    const one = task("one", { durable: true, concurrency: { limit: 1 } }, () => gate.passed);
    const engine = openEngine({ store: silent(fresh().open()), tasks: [one], poll: 50 });
    await engine.work();
    const jobs = [await engine.enqueue(one), await engine.enqueue(one)];
    await expect.poll(() => jobs[0]?.status()).toBe("running");
    expect(await jobs[1]?.status()).toBe("queued");
    gate.open();
    await Promise.all(jobs.map((job) => job.result()));
  });
});
