import { App, eventStream, int, path, task } from "afterwork";
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

type Body = ConstructorParameters<typeof Response>[0];

/** What a handler may return in place of a generator; its chunks come one by one. */
const bodies: Readonly<Record<string, (chunks: () => AsyncGenerator<string>) => Body>> = {
  "a stream": (chunks) => ReadableStream.from(chunks()).pipeThrough(new TextEncoderStream()),
  "an async generator": (chunks) => encoded(chunks()),
};

async function* encoded(chunks: AsyncIterable<string>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield new TextEncoder().encode(chunk);
}

describe.each(Object.entries(bodies))("6: a Response of the handler's own with %s", (_, bodyOf) => {
  const ship = task("ship", { durable: true }, (_context, _id: number) => {});

  test("has the durable tasks that are added on the way stored before its end, and then its tasks run", async () => {
    const engine = countingPort();
    const { app, steps } = recordingApp(engine);
    app.get("/", ({ background }) => {
      background.addTask(ship, 1);
      addAll({ background, steps });
      const chunks = async function* (): AsyncGenerator<string> {
        yield "first";
        background.addTask(ship, 2);
        background.addTask(() => void steps.push("task of the stream"));
        yield "last";
      };
      return new Response(bodyOf(chunks), { status: 201, headers: { "x-own": "kept" } });
    });
    const server = await listen(app);
    const response = await fetch(server.url);
    expect([response.status, response.headers.get("x-own"), await response.text()]).toEqual([201, "kept", "firstlast"]);
    expect(engine.stored).toEqual([
      ["ship", 1],
      ["ship", 2],
    ]);
    await server.close();
    expect(steps).toEqual(["success 201", "always 201", "task of the stream"]);
  });

  test("is cut off when they can't be stored, and when it breaks: the request has failed", async () => {
    const { app, steps } = recordingApp({ ...countingPort(), store: () => Promise.reject(new Error("store down")) });
    for (const fault of ["store", "stream"]) {
      app.get(`/${fault}`, ({ background }) => {
        addAll({ background, steps });
        const chunks = async function* (): AsyncGenerator<string> {
          yield "first";
          if (fault === "stream") throw new Error("the cursor was closed");
          background.addTask(ship, 1);
        };
        return new Response(bodyOf(chunks));
      });
    }
    const server = await listen(app);
    for (const fault of ["store", "stream"])
      await expect((await fetch(`${server.url}/${fault}`)).text()).rejects.toThrow();
    await server.close();
    const kinds = steps.map((step) => step.split(" ")[0] ?? "");
    expect(kinds.toSorted()).toEqual(["always", "always", "failure", "failure", "reported", "reported"]);
  });

  test("is told to end by a shutdown, and ends when its client leaves", async () => {
    const { app } = recordingApp();
    const ended = [makeGate(), makeGate()];
    app.get("/:place", { place: path(int) }, ({ place, signal }) => {
      const chunks = async function* (): AsyncGenerator<string> {
        try {
          while (!signal.aborted) yield await new Promise<string>((resolve) => setTimeout(resolve, 1, "x".repeat(100)));
        } finally {
          ended[place]?.open();
        }
      };
      return new Response(bodyOf(chunks));
    });
    const server = await listen(app);
    const client = new AbortController();
    const left = await fetch(`${server.url}/0`, { signal: client.signal });
    await left.body?.getReader().read();
    client.abort();
    await ended[0]?.passed;
    const kept = await fetch(`${server.url}/1`);
    await Promise.all([kept.text(), server.close()]);
    await ended[1]?.passed;
  });
});

test("6: responses without a stream, and those to HEAD, are nobody's long life: the shutdown waits for none", async () => {
  const { app, steps } = recordingApp();
  const responses: Readonly<Record<string, () => Response>> = {
    nothing: () => new Response(null),
    empty: () => new Response(null, { status: 204 }),
    text: () => new Response("text"),
    bytes: () => new Response(new Uint8Array(3)),
    stream: () => new Response(ReadableStream.from([new Uint8Array(3)])),
  };
  for (const [name, make] of Object.entries(responses)) {
    app.get(`/${name}`, ({ background }) => {
      background.addTask(() => void steps.push(name));
      return make();
    });
  }
  const server = await listen(app);
  for (const name of Object.keys(responses)) {
    for (const method of ["GET", "HEAD"]) await (await fetch(`${server.url}/${name}`, { method })).arrayBuffer();
  }
  await server.close();
  expect(steps.toSorted()).toEqual(
    Object.keys(responses)
      .flatMap((name) => [name, name])
      .toSorted(),
  );
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
