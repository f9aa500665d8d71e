import { App, depends, task, type BackgroundTasks, type LocalJob } from "afterwork";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { ask } from "../dependencies/ask.ts";
import { Gate, tryHandler } from "./trial.ts";

const events: string[] = [];
const say = (text: string) => (): void => void events.push(text);

describe("a task added by a task", () => {
  test("runs when that one has succeeded, behind those that wait already", async () => {
    events.length = 0;
    const parent = task("parent", ({ background }) => {
      background.addTask(say("child"));
      events.push("parent");
    });
    const trial = tryHandler(({ background }) => {
      background.addTask(parent);
      background.addTask(say("sibling"));
    });
    await trial.run();
    expect(events).toEqual(["parent", "sibling", "child"]);
  });

  test("by way of the request's own background is just the same", async () => {
    events.length = 0;
    const trial = tryHandler(({ background }) => {
      background.addTask(async () => {
        background.addTask(say("child"));
        await delay(1);
        events.push("parent");
      });
    });
    await trial.run();
    expect(events).toEqual(["parent", "child"]);
  });

  test("is dropped when that one fails; always and onFailure run", async () => {
    events.length = 0;
    const jobs: LocalJob[] = [];
    const error = new Error("parent");
    const parent = task("parent", ({ background }) => {
      jobs.push(background.addTask(say("success")));
      background.always.addTask(() => void events.push(`always ${background.outcome?.error === error}`));
      background.onFailure.addTask(say("failure"));
      throw error;
    });
    const trial = tryHandler(({ background }) => void background.addTask(parent));
    await trial.run();
    expect(events).toEqual(["always true", "failure"]);
    expect(jobs[0]?.status()).toBe("cancelled");
    expect(trial.failures.map(({ name }) => name)).toEqual(["parent"]);
  });

  test("is kept from the attempt that succeeded only", async () => {
    events.length = 0;
    const parent = task("parent", { retries: 2, backoff: 1 }, ({ background, attempt }) => {
      background.addTask(say(`child of attempt ${attempt}`));
      if (attempt < 3) throw new Error("not yet");
    });
    const trial = tryHandler(({ background }) => void background.addTask(parent));
    await trial.run();
    expect(events).toEqual(["child of attempt 3"]);
  });

  test("by one of its dependencies belongs to the attempt as well", async () => {
    events.length = 0;
    const noted = depends(({ background }) => void background.addTask(say("noted")));
    const parent = task("parent", { deps: { noted }, retries: 1, backoff: 1 }, ({ attempt }) => {
      events.push(`attempt ${attempt}`);
      if (attempt === 1) throw new Error("not yet");
    });
    const trial = tryHandler(({ background }) => void background.addTask(parent));
    await trial.run();
    expect(events).toEqual(["attempt 1", "attempt 2", "noted"]);
  });

  test("may add tasks itself, to any depth", async () => {
    events.length = 0;
    const down = task("down", ({ background }, depth: number): void => {
      events.push(String(depth));
      if (depth > 0) background.addTask(down, depth - 1);
    });
    const trial = tryHandler(({ background }) => void background.addTask(down, 4));
    await trial.run();
    expect(events).toEqual(["4", "3", "2", "1", "0"]);
  });

  test("may share the request's session, which is closed after it", async () => {
    events.length = 0;
    const session = depends.request(function* () {
      yield { name: "session" };
      events.push("closed");
    });
    const app = new App();
    app.get("/", { session }, ({ session, background }) => {
      background.addTask(() => void background.addTask(() => void events.push(session.name)));
    });
    await ask(app);
    await app.close();
    expect(events).toEqual(["session", "closed"]);
  });

  test("has a result that can't be waited for in the task that added it", async () => {
    const caught: unknown[] = [];
    const parent = task("parent", async ({ background }) => {
      await background
        .addTask(say("child"))
        .result()
        .catch((error: unknown) => caught.push(error));
    });
    const trial = tryHandler(({ background }) => void background.addTask(parent));
    await trial.run();
    expect(caught).toMatchObject([{ code: "JOB_PENDING" }]);
  });
});

describe("a task added after the request has settled", () => {
  test("runs at once, by whoever still holds the background", async () => {
    events.length = 0;
    const held: BackgroundTasks[] = [];
    const trial = tryHandler(({ background }) => {
      held.push(background);
      background.addTask(say("early"));
    });
    await trial.send();
    await expect.poll(() => events).toEqual(["early"]);
    const job = held[0]?.addTask(async () => delay(1, "late"));
    expect(await job?.result()).toBe("late");
    await trial.app.close();
  });

  test("runs also if nothing was added before", async () => {
    events.length = 0;
    const held: BackgroundTasks[] = [];
    const trial = tryHandler(({ background }) => void held.push(background));
    await trial.send();
    held[0]?.addTask(say("late"));
    await expect.poll(() => events).toEqual(["late"]);
    await trial.app.close();
  });

  test("runs in code that the handler let go of", async () => {
    events.length = 0;
    const gate = new Gate();
    const detached = Promise.withResolvers<void>();
    const trial = tryHandler(({ background }) => {
      void gate.pass().then(() => {
        background.addTask(say("detached"));
        detached.resolve();
      });
    });
    await trial.send();
    gate.open();
    await detached.promise;
    await trial.app.close();
    expect(events).toEqual(["detached"]);
  });

  test("for failure doesn't run when the request hasn't failed, and does when it has", async () => {
    events.length = 0;
    const held: BackgroundTasks[] = [];
    const trial = tryHandler(({ background }) => {
      held.push(background);
      background.always.addTask(say("over"));
      if (held.length === 2) throw new Error("request");
    });
    for (const _request of [1, 2]) await trial.send();
    await expect.poll(() => events).toEqual(["over", "over"]);
    const jobs = held.map((background) => background.onFailure.addTask(say("failure")));
    await trial.app.close();
    expect([events.slice(2), jobs.map((job) => job.status())]).toEqual([["failure"], ["cancelled", "succeeded"]]);
  });
});

describe("an argument that is closed before the response", () => {
  const session = depends(function* () {
    yield { name: "session" };
  });

  test("is refused at the call, with the edit to make", async () => {
    const messages: string[] = [];
    const app = new App();
    const named = task("audit", (_context, _session: object) => {});
    function tell(_text: string, _session: object): void {}
    app.get("/", { session }, ({ session, background }) => {
      for (const add of [() => background.addTask(tell, "x", session), () => background.addTask(named, session)]) {
        try {
          add();
        } catch (error) {
          messages.push((error as Error).message);
        }
      }
    });
    await ask(app);
    await app.close();
    expect(messages).toEqual([
      "addTask(tell, …): argument 2 is what the dependency session yielded, and session is closed before the response is " +
        "sent. Either let it live until the tasks have run: depends.request(…) instead of depends(…) where session is " +
        'defined; or give the task its own: task("tell", { deps: { session } }, async ({ session }, …) => …)',
      expect.stringContaining("addTask(audit, …): argument 1 is what the dependency session yielded"),
    ]);
  });

  test("is fine inside another value, of request scope, or when nothing is closed", async () => {
    events.length = 0;
    const shared = depends.request(function* () {
      yield { name: "shared" };
    });
    const plain = depends(() => ({ name: "plain" }));
    const text = depends(function* () {
      yield "text";
    });
    const app = new App();
    const inputs = { session, shared, plain, text };
    app.get("/", inputs, ({ session, shared, plain, text, background }) => {
      const tell = (...values: unknown[]): void => void events.push(JSON.stringify(values));
      background.addTask(tell, { session }, shared, plain, text);
    });
    expect((await ask(app)).status).toBe(200);
    await app.close();
    expect(events).toHaveLength(1);
  });
});
