import {
  App,
  InvalidOptionError,
  OverloadedError,
  depends,
  task,
  type BackgroundOptions,
  type LocalJob,
} from "afterwork";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ask } from "../dependencies/ask.ts";
import { Gate, tryHandler } from "./trial.ts";

describe("concurrency", () => {
  test("is never exceeded, however many requests add tasks", async () => {
    let [running, most, done] = [0, 0, 0];
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await delay(Math.random() * 4);
      running -= 1;
      done += 1;
    };
    const trial = tryHandler(
      ({ background }) => {
        background.concurrent();
        for (let index = 0; index < 25; index += 1) background.addTask(work);
      },
      { background: { concurrency: 4 } },
    );
    await Promise.all(Array.from({ length: 4 }, () => trial.send()));
    await trial.app.close();
    expect([most, done]).toEqual([4, 100]);
  });

  test("counts a function that has timed out and goes on, until it ends", async () => {
    const [deaf, next] = [new Gate(), new Gate()];
    const events: string[] = [];
    const trial = tryHandler(
      ({ background }) => {
        background.concurrent();
        background.addTask(async function goesOn() {
          await deaf.pass();
          events.push("ended");
        });
        background.addTask(() => {
          events.push("next");
          return next.pass();
        });
      },
      { background: { concurrency: 1, timeout: 30 } },
    );
    await trial.send();
    await expect.poll(() => trial.failures.length).toBe(1);
    await delay(30);
    expect(events).toEqual([]);
    deaf.open();
    await next.reached;
    next.open();
    await trial.app.close();
    expect(events).toEqual(["ended", "next"]);
  });

  test("gives the slot back after the grace, whatever the function does", async () => {
    const events: string[] = [];
    const deaf = new Gate();
    const trial = tryHandler(
      ({ background }) => {
        background.addTask(deaf.pass);
        background.addTask(() => void events.push("next"));
      },
      { background: { concurrency: 1, timeout: 10 }, shutdown: { grace: 20 } },
    );
    await trial.run();
    expect(events).toEqual(["next"]);
    deaf.open();
  });

  test("is not taken by a task that waits for its next attempt", async () => {
    const events: string[] = [];
    const flaky = task("flaky", { retries: 1, backoff: "1h" }, ({ attempt }) => {
      events.push(`attempt ${attempt}`);
      throw new Error("no");
    });
    const jobs: LocalJob[] = [];
    const trial = tryHandler(
      ({ background }) => {
        background.concurrent();
        jobs.push(background.addTask(flaky));
        background.addTask(() => void events.push("other"));
      },
      { background: { concurrency: 1 } },
    );
    await trial.send();
    await expect.poll(() => events).toEqual(["attempt 1", "other"]);
    jobs[0]?.cancel();
    await trial.app.close();
  });
});

describe("maxPending", () => {
  test("reached is a 503 with Retry-After, before anything was queued, and generators roll back", async () => {
    const gate = new Gate();
    const events: string[] = [];
    const app = new App({ background: { maxPending: 2 } });
    const session = depends(function* () {
      try {
        yield 1;
        events.push("committed");
      } catch (error) {
        events.push(`rolled back: ${(error as Error).name}`);
        throw error;
      }
    });
    app.get("/", { session }, ({ background }) => void background.addTask(gate.pass));
    expect([(await ask(app)).status, (await ask(app)).status]).toEqual([200, 200]);
    const refused = await ask(app);
    expect(refused).toMatchObject({ status: 503, body: { detail: "Service Unavailable" } });
    expect(refused.headers.get("retry-after")).toBe("1");
    expect(events).toEqual(["committed", "committed", "rolled back: OverloadedError"]);
    gate.open();
    await app.close();
  });

  test("counts nothing that has been cancelled, has ended, or was dropped with its request", async () => {
    const trial = tryHandler(
      ({ background }) => {
        background.addTask(() => {}).cancel();
        background.addTask(() => Promise.reject(new Error("task")));
        expect(() => background.addTask(() => {})).toThrow(OverloadedError);
        if (trial.failures.length > 0) throw new Error("request");
      },
      { background: { maxPending: 1 } },
    );
    expect((await trial.send()).status).toBe(200);
    await expect.poll(() => trial.failures.length).toBe(1);
    for (let count = 0; count < 3; count += 1) expect((await trial.send()).status).toBe(500);
    await trial.app.close();
  });
});

test.each([
  [{ concurrency: 0 }, "background: concurrency: expected a whole number of at least 1, got 0"],
  [{ concurrency: Infinity }, "background: concurrency: expected a whole number of at least 1, got Infinity"],
  [{ maxPending: 1.5 }, "background: maxPending: expected a whole number of at least 1, got 1.5"],
  [{ timeout: 0 }, /^background: timeout: expected a duration .*, more than 0, got 0$/],
  [{ timeout: "soon" }, /^background: timeout: expected a duration/],
  [{ concurency: 5 }, 'background has no option "concurency"; did you mean "concurrency"?'],
])("the limits %o are refused", (background, message) => {
  const open = (): App => new App({ background: background as BackgroundOptions });
  expect(open).toThrow(InvalidOptionError);
  expect(open).toThrow(message);
});
