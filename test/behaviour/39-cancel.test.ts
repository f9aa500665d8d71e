import { chain, memory, task, type JobStatus } from "afterwork";
import { TestClock } from "afterwork/testing";
import { describe, expect, test } from "vitest";

import { nextEvent, openEngine } from "./support/engines.ts";
import { makeGate } from "./support/gate.ts";
import { forEachSharedStore, forEachStore } from "./support/shared-store.ts";

const ran: string[] = [];
const note = task("note", { durable: true }, (_context, name: string) => void ran.push(name));
const patient = task("patient", { durable: true }, async ({ signal }) => {
  await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error)));
});
const follow = task("follow", { durable: true }, (_context, _before: unknown) => void ran.push("follow"));

forEachStore("39: cancel", (fresh) => {
  test("queued, scheduled or waiting → never runs", async () => {
    ran.length = 0;
    const engine = openEngine({ store: fresh().open(), tasks: [note, patient, follow] });
    const jobs = [
      await engine.enqueue(note, "queued"),
      await engine.enqueue(note.with({ delay: 500 }), "scheduled"),
      await engine.enqueue(chain([patient], follow)),
    ];
    const before: JobStatus[] = [];
    for (const job of jobs) before.push(await job.status());
    expect(before).toEqual(["queued", "scheduled", "waiting"]);
    for (const job of jobs) expect(await job.cancel()).toBe("cancelled");
    for (const job of jobs) expect(await job.cancel()).toBe("terminal");
    await engine.work();
    await (await engine.enqueue(note.with({ delay: 550 }), "last")).result();
    expect(ran).toEqual(["last"]);
    for (const job of jobs) await expect(job.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
  });

  test("running → its signal aborts with the reason, and the slot is kept until the function ends", async () => {
    const gate = makeGate();
    const reasons: unknown[] = [];
    const tidy = task("tidy", { durable: true, retries: 5 }, async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      reasons.push(signal.reason);
      await gate.passed;
      throw signal.reason;
    });
    const engine = openEngine({ store: fresh().open(), tasks: [tidy, note], grace: "10s" });
    const worker = await engine.work({ concurrency: 1 });
    const job = await engine.enqueue(tidy);
    await expect.poll(() => job.status()).toBe("running");
    expect(await job.cancel()).toBe("requested");
    await expect.poll(() => reasons, { timeout: 2_000 }).toMatchObject([{ code: "JOB_CANCELLED" }]);
    expect([await job.status(), (await job.read()).cancelRequested, worker.running]).toEqual(["running", true, 1]);
    gate.open();
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect((await job.read()).attempt).toBe(1);
  });

  test("running, but it succeeds all the same → a success", async () => {
    const deaf = task("deaf", { durable: true }, async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      return "done";
    });
    const engine = openEngine({ store: fresh().open(), tasks: [deaf] });
    await engine.work();
    const job = await engine.enqueue(deaf);
    await expect.poll(() => job.status()).toBe("running");
    await job.cancel();
    expect(await job.result()).toBe("done");
  });

  test("running, and it ignores its signal → cancelled when the grace has passed, and the slot is free", async () => {
    const gate = makeGate();
    const stubborn = task("stubborn", { durable: true }, () => gate.passed);
    const engine = openEngine({ store: fresh().open(), tasks: [stubborn, note], grace: 100 });
    await engine.work({ concurrency: 1 });
    const job = await engine.enqueue(stubborn);
    await expect.poll(() => job.status()).toBe("running");
    await job.cancel();
    await expect(job.result({ timeout: "5s" })).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    await (await engine.enqueue(note, "next")).result();
    gate.open();
  });

  test("after its end, or for an id that nobody knows", async () => {
    const engine = openEngine({ store: fresh().open(), tasks: [note] });
    await engine.work();
    const job = await engine.enqueue(note, "x");
    await job.result();
    expect([await job.cancel(), await job.status()]).toEqual(["terminal", "succeeded"]);
    const unknown = engine.job("01890000-0000-7000-8000-000000000000");
    await expect(unknown.cancel()).rejects.toMatchObject({ code: "JOB_NOT_FOUND" });
  });
});

forEachSharedStore("39: cancel from another engine", (fresh) => {
  test("running → its signal aborts within 2 s, while a hundred others run on", async () => {
    const store = fresh();
    const gate = makeGate();
    const others = task("others", { durable: true }, () => gate.passed);
    const here = openEngine({ store: store.open(), tasks: [note, patient] });
    const there = openEngine({ store: store.open(), tasks: [patient, others], lease: "60s" });
    await there.work({ concurrency: 200 });
    const beside = await there.enqueueMany(Array.from({ length: 100 }, () => [others] as const));
    const job = await here.enqueue(patient);
    await expect.poll(() => job.status()).toBe("running");
    const start = performance.now();
    expect(await job.cancel()).toBe("requested");
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(performance.now() - start).toBeLessThan(2_000);
    gate.open();
    await Promise.all(beside.map((one) => one.result()));
  });
});

forEachStore("39: expiresAt passed → expired, never ran", (fresh) => {
  test("with a worker that comes too late", async () => {
    ran.length = 0;
    const engine = openEngine({ store: fresh().open(), tasks: [note] });
    const jobs = [
      await engine.enqueue(note.with({ expiresAt: Date.now() + 30 }), "at"),
      await engine.enqueue(note.with({ expiresIn: 30 }), "in"),
      await engine.enqueue(note.with({ expiresAt: new Date(0) }), "long ago"),
      await engine.enqueue(note.with({ delay: 60, expiresIn: 30 }), "delayed beyond it"),
    ];
    await new Promise((resolve) => setTimeout(resolve, 60));
    await engine.work();
    for (const job of jobs) await expect(job.result()).rejects.toMatchObject({ code: "JOB_EXPIRED" });
    expect(await Promise.all(jobs.map((job) => job.status()))).toEqual(jobs.map(() => "expired"));
    expect(ran).toEqual([]);
  });
});

describe("39: expiresAt passed while nothing is claimed", () => {
  test("while its queue is paused it ends all the same, at its time", async () => {
    const clock = new TestClock();
    const engine = openEngine({ store: memory({ clock }), clock, tasks: [note], lease: "30s" });
    await engine.pause("default");
    await engine.work();
    const job = await engine.enqueue(note.with({ expiresIn: "5m" }), "x");
    clock.advance("4m");
    expect(await job.status()).toBe("queued");
    for (let step = 0; step < 200 && (await job.status()) !== "expired"; step += 1) clock.advance("1s");
    await expect(job.result()).rejects.toMatchObject({ code: "JOB_EXPIRED" });
  });

  test("it bounds the first start only: a retry may come later", async () => {
    const flaky = task("flaky", { durable: true, retries: 1, backoff: 200 }, ({ attempt }) => {
      if (attempt === 1) throw new Error("first");
      return attempt;
    });
    const engine = openEngine({ tasks: [flaky] });
    const retrying = nextEvent(engine, "jobRetrying");
    await engine.work();
    const job = await engine.enqueue(flaky.with({ expiresIn: 100 }));
    await retrying;
    expect(await job.result()).toBe(2);
  });
});
