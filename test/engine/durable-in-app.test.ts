import { Engine, memory, StoreFaultError, task, type Job, type Store } from "afterwork";
import { describe, expect, onTestFinished, test } from "vitest";

import { nextEvent, withChanges } from "../behaviour/support/engines.ts";
import { makeGate } from "../behaviour/support/gate.ts";
import { listen, recordLog } from "../behaviour/support/listen.ts";
import { send, tryApp } from "./support/trial-app.ts";

const mail = task("mail", { durable: true }, (_context, to: string) => `sent to ${to}`);

describe("a durable task of a request", () => {
  test("is stored before the response and runs after it", async () => {
    const gate = makeGate();
    const started = makeGate();
    const slow = task("slow", { durable: true }, async () => {
      started.open();
      await gate.passed;
      return "done";
    });
    const trial = tryApp({ tasks: [slow] });
    const jobs: Job<string>[] = [];
    const body = await send(trial, (background) => {
      jobs.push(background.addTask(slow));
      return jobs[0];
    });
    expect(JSON.parse(body)).toEqual({ id: jobs[0]?.id, name: "slow" });
    expect(await trial.engine.job(jobs[0]?.id ?? "").status()).toMatch(/queued|running/);
    await started.passed;
    gate.open();
    expect(await jobs[0]?.result()).toBe("done");
  });

  test("is pending in its handler: its status says so, its result and its record can't be waited for", async () => {
    const trial = tryApp({ tasks: [mail] });
    const body = await send(trial, async (background) => {
      const job = background.addTask(mail, "alice");
      const codeOf = (error: unknown): string => (error as { code: string }).code;
      return [await job.status(), await job.result().catch(codeOf), await job.read().catch(codeOf)];
    });
    expect(JSON.parse(body)).toEqual(["pending", "JOB_PENDING", "JOB_PENDING"]);
  });

  test("cancelled before it is stored, it never is", async () => {
    const trial = tryApp({ tasks: [mail] });
    const body = await send(trial, async (background) => {
      const job = background.addTask(mail, "alice");
      return [await job.cancel(), await job.status(), await job.cancel()];
    });
    expect(JSON.parse(body)).toEqual(["cancelled", "cancelled", "terminal"]);
    expect((await trial.engine.jobs()).jobs).toEqual([]);
  });

  test("a fault of the store in its batch is a 503, for a stream before its first byte", async () => {
    const store = memory();
    const insert: Store["insert"] = () => Promise.reject(new StoreFaultError("the disk is full"));
    const trial = tryApp({ store: withChanges(store, { insert }), tasks: [mail] });
    trial.app.get("/stream", ({ background }) => {
      background.addTask(mail, "alice");
      return (async function* () {
        yield "never";
      })();
    });
    const { url } = await listen(trial.app);
    const response = await fetch(`${url}/stream`);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  });
});

describe("durable tasks of streams and sockets", () => {
  test("those of a generator are stored before its last chunk, and its eventStream may wait for them", async () => {
    const trial = tryApp({ tasks: [mail] });
    const jobs: Job<string>[] = [];
    const body = await send(trial, (background) =>
      (async function* () {
        yield "a";
        jobs.push(background.addTask(mail, "alice"));
        yield "b";
      })(),
    );
    expect(body).toBe("ab");
    expect(await jobs[0]?.result()).toBe("sent to alice");
  });

  test("those of a socket are stored at the call", async () => {
    const trial = tryApp({ tasks: [mail] });
    const stored = makeGate();
    trial.app.ws("/chat", {}, async ({ socket, background }) => {
      for await (const message of socket) {
        const job = background.addTask(mail, String(message));
        await job.stored();
        stored.open();
        socket.send(await job.result());
      }
    });
    const { url } = await listen(trial.app);
    const socket = new WebSocket(`${url.replace("http", "ws")}/chat`);
    onTestFinished(() => socket.close());
    await new Promise((resolve) => socket.addEventListener("open", resolve));
    const answer = new Promise((resolve) => socket.addEventListener("message", ({ data }) => resolve(data)));
    socket.send("bob");
    expect([await answer, stored.isOpen]).toEqual(["sent to bob", true]);
  });
});

describe("what a durable task adds", () => {
  const chatty = task("chatty", { durable: true, retries: 1, backoff: 5 }, ({ background, attempt }, log: string) => {
    const note = (what: string) => () => void notes.push(`${log} ${what} of attempt ${attempt}`);
    background.addTask(mail, `${log} ${attempt}`);
    background.addTask(note("in-process"));
    background.onFailure.addTask(note("on failure"));
    background.always.addTask(note("always"));
    if (attempt === 1) throw new Error("first");
  });
  const notes: string[] = [];

  test("is stored with its success and dropped with a failure; in-process work runs after it, in order", async () => {
    notes.length = 0;
    const trial = tryApp({ tasks: [mail, chatty] });
    const child = nextEvent(trial.engine, "jobSucceeded", (event) => event.task === "mail");
    await send(trial, (background) => background.addTask(chatty, "x").id);
    expect(await trial.engine.job((await child).id).result()).toBe("sent to x 2");
    await trial.app.idle();
    expect(notes).toEqual([
      "x on failure of attempt 1",
      "x always of attempt 1",
      "x in-process of attempt 2",
      "x always of attempt 2",
    ]);
    expect((await trial.engine.jobs({ task: mail })).jobs.map(({ args }) => args)).toEqual([["x 2"]]);
  });

  test("in an engine without an app as well", async () => {
    notes.length = 0;
    const engine = new Engine({ store: memory(), tasks: [mail, chatty], log: recordLog().log });
    onTestFinished(() => engine.close());
    await engine.work();
    const child = nextEvent(engine, "jobSucceeded", (event) => event.task === "mail");
    await (await engine.enqueue(chatty, "y")).result();
    expect(await engine.job((await child).id).result()).toBe("sent to y 2");
    await expect.poll(() => notes).toHaveLength(4);
  });
});
