import {
  App,
  chain,
  Engine,
  memory,
  RetryAfterError,
  schedule,
  task,
  type Job,
  type ScheduleDefinition,
  type Task,
} from "afterwork";
import { TestClient } from "afterwork/testing";
import { describe, expect, test } from "vitest";

import { recordLog } from "./support/listen.ts";

const sent: string[] = [];
const mail = task(
  "mail",
  { durable: true },
  (_context, to: string, kind: string = "welcome") => void sent.push(`${kind} ${to}`),
);
const flaky = task("flaky", { durable: true, retries: 2, backoff: "10m" }, ({ attempt }) => {
  sent.push(`attempt ${attempt}`);
  if (attempt === 1) throw new RetryAfterError("30s");
  if (attempt === 2) throw new Error("second");
});
const broken = task("broken", { durable: true }, () => {
  throw new RangeError("broken");
});
const endless: Task<[], void, true> = task("endless", { durable: true }, ({ background }) => {
  background.addTask(endless);
});
const add = task("add", { durable: true }, (_context, left: number, right: number) => left + right);
const report = task("report", { durable: true }, (_context, who: string) => void sent.push(`report for ${who}`));

function shop(schedules: readonly ScheduleDefinition[] = []): { app: App; engine: Engine } {
  sent.length = 0;
  const tasks = [mail, flaky, broken, endless, add, report];
  const engine = new Engine({ store: memory(), tasks, schedules, log: recordLog().log });
  const app = new App({ engine, log: recordLog().log })
    .post("/users", ({ background }) => {
      background.addTask(mail, "alice");
      background.addTask(mail.with({ delay: "3d" }), "alice", "reminder");
    })
    .post("/flaky", ({ background }) => background.addTask(flaky).id)
    .post("/broken", ({ background }) => background.addTask(broken).id)
    .post("/endless", ({ background }) => background.addTask(endless).id)
    .post("/sum", ({ background }) => background.addTask(chain([add, 1, 2], [add, 3])).id);
  return { app, engine };
}

describe("50: assertEnqueued", () => {
  test("finds a call by its task, and by its first arguments", async () => {
    await using client = new TestClient(shop().app, { mode: "record" });
    await client.post("/users");
    expect(await client.assertEnqueued(mail)).toMatchObject({ args: ["alice"], status: "queued" });
    expect(await client.assertEnqueued(mail, "alice", "reminder")).toMatchObject({ status: "scheduled" });
    expect(sent).toEqual([]);
  });

  test("its failure lists what was enqueued instead", async () => {
    await using client = new TestClient(shop().app, { mode: "record" });
    const nothing = client.assertEnqueued(mail, "bob");
    await expect(nothing).rejects.toThrow('expected mail("bob") to be enqueued, but nothing was');
    await client.post("/users");
    const missed = client.assertEnqueued(mail, "bob");
    await expect(missed).rejects.toThrow(
      'expected mail("bob") to be enqueued, but these were:\n  mail("alice"): queued\n  mail("alice", "reminder"): scheduled',
    );
    await expect(client.assertEnqueued(report)).rejects.toThrow(/^expected report\(\) to be enqueued, but these were:/);
  });

  test("a long list is cut", async () => {
    const { app, engine } = shop();
    await using client = new TestClient(app, { mode: "record" });
    await engine.enqueueMany(Array.from({ length: 50 }, (_, to) => [mail, `${to}`] as const));
    await expect(client.assertEnqueued(report)).rejects.toThrow(/ {2}mail\("19"\): queued\n {2}and 30 more$/);
  });
});

describe("50: drain", () => {
  test("in the mode record it runs what is due, and says how many attempts there were", async () => {
    await using client = new TestClient(shop().app, { mode: "record" });
    await client.post("/users");
    expect(await client.drain()).toBe(1);
    expect(sent).toEqual(["welcome alice"]);
    expect(await client.drain()).toBe(0);
    expect(await client.drain({ scheduled: true })).toBe(1);
    expect(sent).toEqual(["welcome alice", "reminder alice"]);
  });

  test("what becomes due by that runs as well: the rest of a chain", async () => {
    const { app, engine } = shop();
    await using client = new TestClient(app, { mode: "record" });
    const id = (await client.post("/sum")).json() as string;
    expect(await client.drain()).toBe(2);
    expect(await engine.job(id).result()).toBe(6);
  });

  test("the error of a job that failed for good is thrown, unless told not to; retries are none", async () => {
    await using client = new TestClient(shop().app, { mode: "record" });
    await client.post("/broken");
    await expect(client.drain()).rejects.toThrow(RangeError);
    await client.post("/flaky");
    expect(await client.drain({ scheduled: true })).toBe(3);
    await using quiet = new TestClient(shop().app, { raiseTaskErrors: false });
    const id = (await quiet.post("/broken")).json() as string;
    expect((await quiet.jobs()).find((job) => job.id === id)).toMatchObject({ status: "failed" });
  });

  test.each(["run", "record"] as const)(
    "jobs that make jobs for ever end in an error, not in a test that hangs (%s)",
    async (mode) => {
      await using client = new TestClient(shop().app, { mode });
      const endless = mode === "run" ? client.post("/endless") : client.post("/endless").then(() => client.drain());
      await expect(endless).rejects.toThrow(/still something to do/);
    },
    20_000,
  );
});

describe("50: a clock that is moved on", () => {
  test("delays, without waiting, each at its time", async () => {
    const { app } = shop();
    await using client = new TestClient(app);
    await client.post("/users");
    expect(sent).toEqual(["welcome alice"]);
    await client.advance("2d");
    expect(sent).toHaveLength(1);
    await client.advance("1d");
    expect(sent).toEqual(["welcome alice", "reminder alice"]);
  });

  test("retries: after what RetryAfterError says, then after the backoff", async () => {
    await using client = new TestClient(shop().app);
    await client.post("/flaky");
    await client.advance(29_999);
    expect(sent).toEqual(["attempt 1"]);
    await client.advance(1);
    expect(sent).toEqual(["attempt 1", "attempt 2"]);
    await client.advance("9m");
    expect(sent).toHaveLength(2);
    await client.advance("1m");
    expect(sent).toEqual(["attempt 1", "attempt 2", "attempt 3"]);
  });

  test("cron, at each of its slots, and what jobs do meanwhile sees that time", async () => {
    const nightly = schedule("nightly", { cron: "0 3 * * *" }, report, "all");
    await using client = new TestClient(shop([nightly]).app);
    await client.advance("3d");
    expect(sent).toEqual(["report for all", "report for all", "report for all"]);
    const times = (await client.jobs()).map(({ startedAt }) => startedAt?.toISOString().slice(11));
    expect(times).toEqual(["03:00:00.000Z", "03:00:00.000Z", "03:00:00.000Z"]);
  });

  test("real time does not pass: nothing runs by itself, however long a test takes", async () => {
    const { app, engine } = shop();
    await using client = new TestClient(app);
    const job: Job = await engine.enqueue(mail.with({ delay: 1 }), "bob");
    await new Promise((resolve) => setTimeout(resolve, 30));
    await client.settled();
    expect([await job.status(), sent]).toEqual(["scheduled", []]);
    await client.advance(1);
    expect(sent).toEqual(["welcome bob"]);
  });

  test("each client has a store of its own, and the engine's is as before when it is closed", async () => {
    const { app, engine } = shop();
    const before = await engine.enqueue(mail, "before");
    {
      await using client = new TestClient(app);
      await client.post("/users");
      expect(await client.jobs()).toHaveLength(2);
    }
    {
      await using client = new TestClient(app);
      expect(await client.jobs()).toEqual([]);
    }
    expect((await engine.jobs()).jobs.map(({ id }) => id)).toEqual([before.id]);
  });

  test("an app without an engine has no durable jobs to ask for, and says so", async () => {
    await using client = new TestClient(new App());
    await expect(client.drain()).rejects.toThrow(/an app with an engine/);
    await expect(client.advance("1s")).rejects.toThrow(/an app with an engine/);
  });
});
