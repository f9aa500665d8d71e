import {
  App,
  EngineMissingError,
  HTTPException,
  UnknownTaskError,
  depends,
  task,
  type HandlerContext,
  type Job,
} from "afterwork";
import { describe, expect, test } from "vitest";
import { MemoryLog } from "../base/memory-log.ts";
import { ask } from "../dependencies/ask.ts";
import { MemoryPort, tryDurable } from "./memory-port.ts";
import { Gate, tryHandler } from "./trial.ts";

const audit = task("audit", { durable: true }, (_context, _userId: number, _action: string) => {});
const mail = task("mail", { durable: true, retries: 5 }, (_context, _to: string) => {});

describe("durable tasks", () => {
  test("are stored in one batch, in their order, before the response leaves", async () => {
    const events: string[] = [];
    const gate = new Gate();
    const trial = tryDurable(({ background }) => {
      const jobs = [background.addTask(audit, 1, "create"), background.addTask(mail, "bob")];
      background.addTask(() => void events.push("in-process"));
      return jobs.map(({ id }) => id);
    });
    trial.port.commit = () => gate.pass().then(() => void events.push("stored"));
    const answered = trial.send().then((answer) => (events.push("answered"), answer));
    await gate.reached;
    gate.open();
    const { body } = await answered;
    await trial.app.close();
    expect(events).toEqual(["stored", "answered", "in-process"]);
    expect(trial.port.batches).toEqual([
      [
        { id: (body as string[])[0], name: "audit", args: [1, "create"] },
        { id: (body as string[])[1], name: "mail", args: ["bob"] },
      ],
    ]);
  });

  test("are stored after function scope has closed", async () => {
    const events: string[] = [];
    const port = new MemoryPort();
    port.commit = async () => void events.push("stored");
    const app = new App({ engine: port });
    const session = depends(async function* () {
      yield 1;
      events.push("committed");
    });
    app.get("/", { session }, ({ background }) => void background.addTask(mail, "bob"));
    await ask(app);
    expect(events).toEqual(["committed", "stored"]);
  });

  test("of a guard, a dependency and the handler are one batch", async () => {
    const port = new MemoryPort();
    const app = new App({ engine: port });
    const guard = depends.guard(({ background }) => void background.addTask(mail, "guard"));
    const inner = depends(({ background }) => void background.addTask(mail, "dependency"));
    app.get("/", { inner, guard }, ({ background }) => void background.addTask(mail, "handler"));
    await ask(app);
    expect(port.batches.map((batch) => batch.map(({ args }) => args[0]))).toEqual([["guard", "dependency", "handler"]]);
  });

  test("that can't be stored make the request a 503 with Retry-After, and in-process tasks don't run", async () => {
    const events: string[] = [];
    const log = new MemoryLog();
    const jobs: Job[] = [];
    const trial = tryDurable(
      ({ background }) => {
        jobs.push(background.addTask(mail, "bob"));
        background.addTask(() => void events.push("success"));
        background.onFailure.addTask(() => void events.push("failure"));
        background.always.addTask(() => void events.push(`always ${background.outcome?.status}`));
        return "created";
      },
      { log },
    );
    trial.port.commit = () => Promise.reject(new Error("connection refused"));
    const answer = await trial.run();
    expect(answer).toMatchObject({ status: 503, body: { detail: "Service Unavailable" } });
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(events).toEqual(["failure", "always 503"]);
    expect(log.lines).toMatchObject([
      { level: "error", fields: { error: { code: "STORE_UNAVAILABLE", cause: { message: "connection refused" } } } },
    ]);
    await expect(jobs[0]?.stored()).rejects.toThrow("connection refused");
  });

  test("of a failed request are dropped; those for always and for failure are stored, before the answer", async () => {
    const trial = tryDurable(({ background }) => {
      background.addTask(audit, 1, "create");
      background.always.addTask(mail, "always");
      background.onFailure.addTask(mail, "failure");
      throw new HTTPException(409, "Taken");
    });
    expect((await trial.send()).status).toBe(409);
    expect(trial.port.batches.map((batch) => batch.map(({ args }) => args[0]))).toEqual([["always", "failure"]]);
    expect(trial.port.dropped).toEqual(["audit: what added it failed"]);
  });

  test("for failure are dropped when the request didn't fail", async () => {
    const jobs: Job[] = [];
    const trial = tryDurable(({ background }) => void jobs.push(background.onFailure.addTask(mail, "failure")));
    await trial.send();
    await expect(jobs[0]?.stored()).rejects.toMatchObject({ code: "JOB_CANCELLED" });
    expect([trial.port.batches, trial.port.dropped]).toEqual([[], ["mail: what added it did not fail"]]);
  });

  test("are taken where in-process tasks are refused", async () => {
    const trial = tryDurable(
      ({ background }) => {
        background.addTask(mail, "success");
        background.onFailure.addTask(mail, "failure");
      },
      { background: { run: "never" } },
    );
    expect((await trial.run()).status).toBe(200);
    expect(trial.port.names).toEqual([["mail"]]);
  });

  test("of a failed request that can't be stored make it a 503 as well", async () => {
    const trial = tryDurable(({ background }) => {
      background.onFailure.addTask(mail, "failure");
      throw new HTTPException(409, "Taken");
    });
    trial.port.commit = () => Promise.reject(new Error("connection refused"));
    expect((await trial.send()).status).toBe(503);
  });

  test("of a request without any cost no write", async () => {
    const trial = tryDurable(() => "ok");
    await trial.run();
    expect(trial.port.batches).toEqual([]);
  });

  test("don't count as pending in this process", async () => {
    const trial = tryDurable(({ background }) => void [1, 2, 3].map(() => background.addTask(mail, "bob")), {
      background: { maxPending: 1 },
    });
    expect((await trial.send()).status).toBe(200);
  });
});

test("a durable task without an engine, or unknown to it, is an error at the call", async () => {
  const caught: unknown[] = [];
  const handler = ({ background }: HandlerContext) => {
    try {
      background.addTask(mail, "bob");
    } catch (error) {
      caught.push(error);
    }
  };
  await tryHandler(handler).run();
  const trial = tryDurable(handler);
  trial.port.known = ["audit"];
  await trial.run();
  expect(caught).toEqual([expect.any(EngineMissingError), expect.any(UnknownTaskError)]);
  expect(caught.map(String)).toEqual([
    expect.stringContaining(
      "the task mail is durable, but the app has no engine to store it: pass one, new App({ engine }) or afterwork({ engine })",
    ),
    expect.stringContaining("the engine does not know the task mail"),
  ]);
});
