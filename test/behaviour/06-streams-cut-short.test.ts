import { App, eventStream, task } from "afterwork";
import { describe, expect, test } from "vitest";

import { countingPort } from "./support/counting-port.ts";
import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";
import { addAll, recordingApp } from "./support/recording-app.ts";

describe("6: durable tasks added inside the generator", () => {
  const ship = task("ship", { durable: true }, (_context, _id: number) => {});

  test("are stored before the body ends", async () => {
    const engine = countingPort();
    const app = new App({ engine }).get("/", async function* ({ background }) {
      background.addTask(ship, 1);
      yield "first";
      background.addTask(ship, 2);
    });
    const { url } = await listen(app);
    expect(await (await fetch(url)).text()).toBe("first");
    expect(engine.stored).toEqual([
      ["ship", 1],
      ["ship", 2],
    ]);
  });

  test("that can't be stored cut the body off", async () => {
    const { app, steps } = recordingApp({ ...countingPort(), store: () => Promise.reject(new Error("store down")) });
    app.get("/", async function* ({ background }) {
      yield "first";
      background.addTask(ship, 1);
      addAll({ background, steps });
    });
    const server = await listen(app);
    await expect((await fetch(server.url)).text()).rejects.toThrow();
    await server.close();
    expect(steps[0]).toMatch(/^reported 200 .*could not be stored/);
    expect(steps.slice(1).map((step) => step.split(" ")[0])).toEqual(["always", "failure"]);
  });

  test("before its first chunk: a 503, and the generator is ended", async () => {
    const { app, steps } = recordingApp({ ...countingPort(), store: () => Promise.reject(new Error("store down")) });
    app.get("/", async function* ({ background }) {
      try {
        background.addTask(ship, 1);
        yield "first";
      } finally {
        steps.push("generator ended");
      }
    });
    const { url } = await listen(app);
    const response = await fetch(url);
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(steps).toEqual(["generator ended", expect.stringMatching(/^reported 503 .*could not be stored/)]);
  });
});

describe("6: a client that leaves in the middle", () => {
  test("ends the generator, and the tasks run, for this is no failure", async () => {
    const { app, steps, session } = recordingApp();
    const ended = makeGate();
    app.get("/", { session }, ({ background, session, signal }) => {
      addAll({ background, steps });
      return (async function* () {
        try {
          background.addTask(() => void steps.push("generator's task"));
          for (let id = 0; !signal.aborted; id += 1) yield session.read(id).repeat(1000);
        } finally {
          steps.push("generator ended");
          ended.open();
        }
      })();
    });
    const server = await listen(app);
    const client = new AbortController();
    const response = await fetch(server.url, { signal: client.signal });
    await response.body?.getReader().read();
    client.abort();
    await ended.passed;
    await server.close();
    expect(steps).toHaveLength(6);
    expect(steps[0]).toBe("session opened");
    expect(new Set(steps)).toEqual(
      new Set([
        "session opened",
        "generator ended",
        "success 200",
        "always 200",
        "generator's task",
        "session committed",
      ]),
    );
    expect(steps.at(-1)).toBe("session committed");
  });

  test("aborts the signal of a generator that waits", async () => {
    const waiting = makeGate();
    const ran = makeGate();
    const app = new App().get("/", (context) => {
      context.background.addTask(ran.open);
      return eventStream(async function* () {
        yield { data: "first" };
        waiting.open();
        await new Promise((resolve) => context.signal.addEventListener("abort", resolve, { once: true }));
      });
    });
    const { url } = await listen(app);
    const client = new AbortController();
    await fetch(url, { signal: client.signal });
    await waiting.passed;
    client.abort();
    await ran.passed;
  });

  test("request scope stays open until the generator has ended", async () => {
    const { app, steps, session } = recordingApp();
    const [mayEnd, ran] = [makeGate(), makeGate()];
    app.get("/", { session }, ({ session, background }) => {
      background.addTask(ran.open);
      return (async function* () {
        yield session.read(1);
        await mayEnd.passed;
        steps.push("generator ended");
      })();
    });
    const server = await listen(app);
    const client = new AbortController();
    const response = await fetch(server.url, { signal: client.signal });
    await response.body?.getReader().read();
    client.abort();
    await ran.passed;
    mayEnd.open();
    await server.close();
    expect(steps).toEqual(["session opened", "generator ended", "session committed"]);
  });

  test("what the generator does after the client has left is no failure either", async () => {
    const { app, steps } = recordingApp();
    const [waiting, ended] = [makeGate(), makeGate()];
    app.get("/", (context) => {
      addAll({ background: context.background, steps });
      return (async function* () {
        yield "first";
        waiting.open();
        await new Promise((resolve) => context.signal.addEventListener("abort", resolve, { once: true }));
        ended.open();
        throw new Error("the query was cancelled");
      })();
    });
    const server = await listen(app);
    const client = new AbortController();
    await fetch(server.url, { signal: client.signal });
    await waiting.passed;
    client.abort();
    await ended.passed;
    await server.close();
    expect(steps).toEqual(["success 200", "always 200"]);
  });

  test("durable tasks added inside the generator are stored all the same", async () => {
    const ship = task("ship", { durable: true }, (_context, _id: number) => {});
    const engine = countingPort();
    const added = makeGate();
    const app = new App({ engine }).get("/", ({ background, signal }) =>
      (async function* () {
        yield "first";
        background.addTask(ship, 1);
        added.open();
        while (!signal.aborted) yield "more".repeat(1000);
      })(),
    );
    const server = await listen(app);
    const client = new AbortController();
    const response = await fetch(server.url, { signal: client.signal });
    await response.body?.getReader().read();
    await added.passed;
    client.abort();
    await expect.poll(() => engine.stored).toEqual([["ship", 1]]);
  });
});
