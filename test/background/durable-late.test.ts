import { App, HTTPException, serve, task, type BackgroundTasks, type Job } from "afterwork";
import { describe, expect, test } from "vitest";
import { MemoryLog } from "../base/memory-log.ts";
import { MemoryPort, tryDurable } from "./memory-port.ts";

const mail = task("mail", { durable: true }, (_context, _to: string) => {});

describe("durable tasks of a stream", () => {
  test("are stored before its first byte, and those added in it before its last chunk", async () => {
    const events: string[] = [];
    const port = new MemoryPort();
    port.commit = async () => void events.push("stored");
    const app = new App({ engine: port });
    app.get("/", ({ background }) => {
      background.addTask(mail, "before");
      return (async function* () {
        yield "a";
        background.addTask(mail, "inside");
        events.push("last chunk");
        yield "b";
      })();
    });
    const response = await app.fetch(new Request("http://test.local/"));
    events.push("response");
    expect(await response.text()).toBe("ab");
    expect(events).toEqual(["stored", "response", "last chunk", "stored"]);
    expect(port.batches.map((batch) => batch.map(({ args }) => args[0]))).toEqual([["before"], ["inside"]]);
  });

  test("that can't be stored cut the body off, never ending it cleanly", async () => {
    const port = new MemoryPort();
    const app = new App({ engine: port, log: new MemoryLog() });
    app.get("/", ({ background }) =>
      (async function* () {
        yield "a";
        background.addTask(mail, "inside");
        port.commit = () => Promise.reject(new Error("connection refused"));
        yield "b";
      })(),
    );
    await using server = await serve(app, { port: 0, signals: false });
    const response = await fetch(server.url);
    await expect(response.text()).rejects.toThrow(/terminated/);
  });
});

describe("durable tasks for failure of a stream", () => {
  test("that breaks are stored, though its status has been sent", async () => {
    const jobs: Job[] = [];
    const trial = tryDurable(
      ({ background }) => {
        jobs.push(background.onFailure.addTask(mail, "failure"));
        return (async function* () {
          yield "a";
          throw new Error("the cursor was closed");
        })();
      },
      { log: new MemoryLog() },
    );
    await expect(trial.send()).rejects.toThrow("the body was cut off");
    await jobs[0]?.stored();
    expect(trial.port.names).toEqual([["mail"]]);
  });
});

describe("durable tasks added late", () => {
  test("are stored at the call", async () => {
    const held: BackgroundTasks[] = [];
    const trial = tryDurable(({ background }) => void held.push(background));
    await trial.send();
    const job = held[0]?.addTask(mail, "late");
    await job?.stored();
    expect(trial.port.names).toEqual([["mail"]]);
  });

  test("that can't be stored are told: there is no request left to fail", async () => {
    const held: BackgroundTasks[] = [];
    const trial = tryDurable(({ background }) => void held.push(background));
    await trial.send();
    trial.port.commit = () => Promise.reject(new Error("connection refused"));
    const job = held[0]?.addTask(mail, "late");
    await expect(job?.stored()).rejects.toThrow("connection refused");
    expect(trial.failures).toMatchObject([
      { id: job?.id, name: "mail", attempts: 0, hint: "it could not be stored", error: { code: "STORE_UNAVAILABLE" } },
    ]);
  });

  test("for failure are stored if the request has failed, and dropped if not", async () => {
    const held: BackgroundTasks[] = [];
    const trial = tryDurable(({ background }) => {
      held.push(background);
      if (held.length === 2) throw new HTTPException(400, "No");
    });
    await trial.send();
    await trial.send();
    const [dropped, stored] = held.map((background) => background.onFailure.addTask(mail, "late"));
    await stored?.stored();
    await expect(dropped?.stored()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect(trial.port.batches).toMatchObject([[{ id: stored?.id }]]);
  });
});

describe("durable tasks added by a task", () => {
  test("are stored before its attempt has succeeded, and dropped with an attempt that fails", async () => {
    const events: string[] = [];
    const parent = task("parent", { retries: 1, backoff: 1 }, ({ background, attempt }) => {
      background.addTask(mail, `attempt ${attempt}`);
      if (attempt === 1) throw new Error("again");
    });
    const trial = tryDurable(({ background }) => {
      const job = background.addTask(parent);
      trial.port.commit = async () => void events.push(job.status());
    });
    await trial.run();
    expect(events).toEqual(["running"]);
    expect(trial.port.batches.map((batch) => batch.map(({ args }) => args[0]))).toEqual([["attempt 2"]]);
    expect(trial.port.dropped).toEqual(["mail: what added it failed"]);
  });

  test("that can't be stored fail its attempt, which is tried again", async () => {
    let commits = 0;
    const parent = task("parent", { retries: 1, backoff: 1 }, ({ background }) => background.addTask(mail, "x").id);
    const trial = tryDurable(({ background }) => void background.addTask(parent));
    trial.port.commit = () => (++commits === 1 ? Promise.reject(new Error("busy")) : Promise.resolve());
    await trial.run();
    expect([commits, trial.port.names, trial.failures]).toEqual([2, [["mail"]], []]);
  });
});
