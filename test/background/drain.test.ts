import { depends, task, type BackgroundTasks, type LocalJob, App, serve } from "afterwork";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ask } from "../dependencies/ask.ts";
import { MemoryLog } from "../base/memory-log.ts";
import { Gate, tryHandler } from "./trial.ts";

const impatient = { shutdown: { drain: 20, grace: 20 } };

describe("a drain", () => {
  test("waits for what runs and for what is queued behind it", async () => {
    const gate = new Gate();
    const events: string[] = [];
    const trial = tryHandler(({ background }) => {
      background.addTask(() => gate.pass().then(() => events.push("first")));
      background.addTask(async () => void events.push(await delay(1, "second")));
    });
    await trial.send();
    await gate.reached;
    const closed = trial.app.close();
    gate.open();
    expect(await closed).toEqual([]);
    expect(events).toEqual(["first", "second"]);
  });

  test("finishes what is added while it waits, too", async () => {
    const gate = new Gate();
    const events: string[] = [];
    const held: BackgroundTasks[] = [];
    const trial = tryHandler(({ background }) => {
      held.push(background);
      background.addTask(() =>
        gate.pass().then(() => background.addTask(() => delay(1).then(() => events.push("nested")))),
      );
    });
    await trial.send();
    await gate.reached;
    const closed = trial.app.close();
    held[0]?.addTask(() => delay(1).then(() => events.push("late")));
    gate.open();
    expect(await closed).toEqual([]);
    expect(events.toSorted((a, b) => a.localeCompare(b))).toEqual(["late", "nested"]);
  });

  test("waits for the tasks of requests whose response has not been read yet", async () => {
    const events: string[] = [];
    const trial = tryHandler(({ background }) => void background.addTask(() => void events.push("task")));
    const response = await trial.app.fetch(new Request("http://test.local/"));
    const closed = trial.app.close();
    await response.text();
    expect(await closed).toEqual([]);
    expect(events).toEqual(["task"]);
  });

  test("with nothing to wait for is over at once", async () => {
    const trial = tryHandler(() => "ok", { shutdown: { drain: "1h", grace: "1h" } });
    expect(await trial.run()).toMatchObject({ body: "ok" });
  });
});

describe("past its patience, a drain", () => {
  test("aborts the signals, and what ends well within the grace is not abandoned", async () => {
    const reasons: unknown[] = [];
    const tidy = task("tidy", async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      reasons.push(signal.reason);
      return "tidied up";
    });
    const jobs: LocalJob[] = [];
    const trial = tryHandler(({ background }) => void jobs.push(background.addTask(tidy)), {
      shutdown: { drain: 20, grace: "1m" },
    });
    await trial.send();
    expect(await trial.app.close()).toEqual([]);
    expect(reasons).toMatchObject([{ code: "TASK_ABANDONED" }]);
    expect(await jobs[0]?.result()).toBe("tidied up");
  });

  test("names what was abandoned, in the log as well, and closes app scope all the same", async () => {
    const gate = new Gate();
    const events: string[] = [];
    const log = new MemoryLog();
    const pool = depends.app(function* () {
      yield 1;
      events.push("pool closed");
    });
    const app = new App({ log, ...impatient });
    app.get("/", { pool }, ({ background }) => {
      background.addTask(function deaf() {
        return gate.pass();
      });
      background.addTask(function behind() {
        events.push("never");
      });
    });
    await ask(app);
    await gate.reached;
    expect(await app.close()).toEqual(["deaf", "behind"]);
    expect(events).toEqual(["pool closed"]);
    expect(log.lines).toEqual([
      { level: "error", message: "the shutdown abandoned background tasks", fields: { tasks: ["deaf", "behind"] } },
    ]);
    gate.open();
  });

  test("names also what was added in the grace and is not finished at its end", async () => {
    const gate = new Gate();
    const stubborn = task("stubborn", async ({ signal, background }) => {
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      background.addTask(function afterthought() {
        return gate.pass();
      });
    });
    const trial = tryHandler(({ background }) => void background.addTask(stubborn), impatient);
    await trial.send();
    expect(await trial.app.close()).toEqual(["afterthought"]);
    gate.open();
  });

  test("doesn't wait for the next attempt of a task, whose last error is told", async () => {
    const flaky = task("flaky", { retries: 5, backoff: "1h" }, () => Promise.reject(new Error("the last one")));
    const trial = tryHandler(({ background }) => void background.addTask(flaky), {
      shutdown: { drain: 20, grace: "1m" },
    });
    await trial.send();
    expect(await trial.app.close()).toEqual(["flaky"]);
    expect(trial.failures).toMatchObject([{ name: "flaky", attempts: 1, error: { message: "the last one" } }]);
  });

  test("tries nothing again that fails because of the abort", async () => {
    let attempts = 0;
    const obedient = task("obedient", { retries: 5, backoff: 1 }, async ({ signal }) => {
      attempts += 1;
      await new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
    });
    const trial = tryHandler(({ background }) => void background.addTask(obedient), {
      shutdown: { drain: 20, grace: "1m" },
    });
    await trial.send();
    expect(await trial.app.close()).toEqual(["obedient"]);
    expect(attempts).toBe(1);
  });
});

describe("somebody in a hurry", () => {
  test.each(["before the drain", "in the drain", "in the grace"])("%s shortens every wait", async (when) => {
    const gate = new Gate();
    const aborted = Promise.withResolvers<void>();
    const hurry = new AbortController();
    const deaf = task("deaf", ({ signal }) => {
      signal.addEventListener("abort", () => aborted.resolve());
      return gate.pass();
    });
    const trial = tryHandler(({ background }) => void background.addTask(deaf));
    await trial.send();
    await gate.reached;
    if (when === "before the drain") hurry.abort();
    const patience = when === "in the grace" ? { drainMs: 1, graceMs: 3_600_000 } : { drainMs: 3_600_000, graceMs: 50 };
    const closed = trial.app.close({ ...patience, hurry: hurry.signal });
    if (when === "in the grace") await aborted.promise;
    hurry.abort();
    expect(await closed).toEqual(["deaf"]);
    gate.open();
  });
});

test("a server that closes finishes the tasks of the requests it has answered", async () => {
  const events: string[] = [];
  const app = new App();
  app.get("/", ({ background }) => {
    background.addTask(() => delay(30).then(() => events.push("task")));
    return "ok";
  });
  const server = await serve(app, { port: 0, signals: false });
  expect(await (await fetch(server.url)).json()).toBe("ok");
  expect(await server.close()).toEqual([]);
  expect(events).toEqual(["task"]);
});
