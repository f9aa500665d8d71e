import { depends, memory, task, type Job } from "afterwork";
import { TestClient } from "afterwork/testing";
import { describe, expect, test } from "vitest";

import { nextEvent } from "../behaviour/support/engines.ts";
import { makeGate } from "../behaviour/support/gate.ts";
import { listen } from "../behaviour/support/listen.ts";
import { send, tryApp } from "./support/trial-app.ts";

const mail = task("mail", { durable: true }, (_context, to: string) => `sent to ${to}`);

describe("the app and its durable tasks", () => {
  test("app.on tells their failures and successes, with the very error", async () => {
    const error = new RangeError("no");
    const broken = task("broken", { durable: true, retries: 1, backoff: 1 }, () => {
      throw error;
    });
    const trial = tryApp({ tasks: [broken, mail] });
    const told: unknown[] = [];
    trial.app.on("taskFailed", ({ name, attempts, error }) => void told.push([name, attempts, error]));
    trial.app.on("taskSucceeded", ({ name, attempts }) => void told.push([name, attempts]));
    await send(trial, (background) => {
      background.addTask(broken);
    });
    await expect.poll(() => told).toEqual([["broken", 2, error]]);
    await (await trial.engine.enqueue(mail, "x")).result();
    await expect.poll(() => told.length).toBe(2);
    expect((told[0] as unknown[])[2]).toBe(error);
  });

  test("dependencies of app scope are made at start, once for routes and tasks, and outlive the last job", async () => {
    const steps: string[] = [];
    const gate = makeGate();
    const pool = depends.app(async function* () {
      steps.push("opened");
      yield { query: () => "row" };
      steps.push("closed");
    });
    const session = depends({ pool }, ({ pool }) => ({ read: () => pool.query() }));
    const report = task("report", { durable: true, deps: { session } }, async ({ session }) => {
      await gate.passed;
      steps.push(`read ${session.read()}`);
    });
    const trial = tryApp({ tasks: [report] });
    const server = await listen(trial.app.get("/", { session }, ({ background }) => background.addTask(report).id));
    expect(steps).toEqual(["opened"]);
    const started = nextEvent(trial.engine, "jobStarted");
    await fetch(server.url);
    await started;
    const closing = server.close();
    gate.open();
    await closing;
    expect(steps).toEqual(["opened", "read row", "closed"]);
  });

  test("an app dependency that can't be made fails the start, though only a durable task needs it", async () => {
    const broken = depends.app(() => {
      throw new Error("no such host");
    });
    const needy = task("needy", { durable: true, deps: { broken } }, () => {});
    await expect(listen(tryApp({ tasks: [needy] }).app)).rejects.toThrow("no such host");
  });

  test("overrides reach them, and are undone with the client", async () => {
    const mailer = depends(() => ({ send: (to: string) => `really sent to ${to}` }));
    const notify = task("notify", { durable: true, deps: { mailer } }, ({ mailer }, to: string) => mailer.send(to));
    const { app, engine } = tryApp({ tasks: [notify] });
    app.get("/", ({ background }) => background.addTask(notify, "alice").id);
    {
      await using client = new TestClient(app);
      client.override(mailer, () => ({ send: (to: string) => `pretended ${to}` }));
      const id = (await client.get("/")).json() as string;
      expect(await engine.job(id).result()).toBe("pretended alice");
    }
    await using client = new TestClient(app);
    expect(await engine.job((await client.get("/")).json()).result()).toBe("really sent to alice");
  });

  test("with work: false they are stored, and wait for another process", async () => {
    const trial = tryApp({ tasks: [mail] }, { work: false });
    const jobs: Job[] = [];
    await send(trial, (background) => {
      jobs.push(background.addTask(mail, "x"));
    });
    await expect(jobs[0]?.result({ timeout: 100 })).rejects.toMatchObject({ code: "RESULT_TIMEOUT" });
    expect(await jobs[0]?.status()).toBe("queued");
  });
});

describe("closing the server", () => {
  test("waits for running durable jobs, and stores what they return", async () => {
    const gate = makeGate();
    const slow = task("slow", { durable: true }, async () => {
      await gate.passed;
      return "done";
    });
    const store = memory();
    const trial = tryApp({ store, tasks: [slow] });
    const server = await listen(trial.app);
    const started = nextEvent(trial.engine, "jobStarted");
    const { id } = await trial.engine.enqueue(slow);
    await started;
    let isClosed = false;
    const closing = server.close().then(() => (isClosed = true));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isClosed).toBe(false);
    gate.open();
    await closing;
    expect((await store.get([id]))[0]).toMatchObject({ status: "succeeded", result: '"done"' });
  });

  test("hands back what does not end: its signal aborts, no attempt is counted, and its outcome is nobody's", async () => {
    const reasons: unknown[] = [];
    const gate = makeGate();
    const stubborn = task("stubborn", { durable: true }, async ({ signal }) => {
      signal.addEventListener("abort", () => reasons.push(signal.reason));
      await gate.passed;
    });
    const store = memory();
    const trial = tryApp({ store, tasks: [stubborn] }, { shutdown: { drain: 50, grace: 50 } });
    const server = await listen(trial.app);
    const started = nextEvent(trial.engine, "jobStarted");
    const { id } = await trial.engine.enqueue(stubborn);
    await started;
    await server.close();
    gate.open();
    expect(reasons).toMatchObject([{ code: "TASK_ABANDONED" }]);
    expect((await store.get([id]))[0]).toMatchObject({ status: "queued", attempt: 0, failures: [] });
  });
});
