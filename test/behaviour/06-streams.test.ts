import { App, eventStream, type BackgroundTasks } from "afterwork";
import { describe, expect, test } from "vitest";

import { makeGate } from "./support/gate.ts";
import { listen } from "./support/listen.ts";
import { isWritten, keepWires, type Wire } from "./support/outgoing.ts";
import { RawConnection } from "./support/raw-connection.ts";
import { addAll, recordingApp } from "./support/recording-app.ts";

/** Streams of every kind, each with what the client reads and its type. */
const kinds: readonly [name: string, type: string, text: string, (chunks: AsyncIterable<number>) => unknown][] = [
  ["objects as NDJSON", "application/x-ndjson", '{"id":0}\n{"id":1}\n{"id":2}\n', (ids) => map(ids, (id) => ({ id }))],
  ["text", "text/plain; charset=utf-8", "012", (ids) => map(ids, String)],
  ["bytes", "application/octet-stream", "012", (ids) => map(ids, (id) => Buffer.from(String(id)))],
  [
    "server-sent events",
    "text/event-stream",
    "id: 0\ndata: 0\n\nid: 1\ndata: 1\n\nid: 2\ndata: 2\n\n",
    (ids) => eventStream(map(ids, (id) => ({ data: id, id: String(id) }))),
  ],
  [
    "a Response of the user's own",
    "text/x-own",
    "012",
    (ids) => {
      const body = ReadableStream.from(map(ids, (id) => Buffer.from(String(id))));
      return new Response(body as ReadableStream, { headers: { "content-type": "text/x-own" } });
    },
  ],
];

async function* map<From, To>(values: AsyncIterable<From>, change: (value: From) => To): AsyncGenerator<To> {
  for await (const value of values) yield change(value);
}

describe.each(kinds)("6: a streaming body (%s)", (_name, type, text, make) => {
  test("tasks run after its last byte, those added inside the generator included, in order", async () => {
    const steps: string[] = [];
    const wires: Wire[] = [];
    const add = (background: BackgroundTasks, name: string): void => {
      background.addTask(() => void steps.push(`${name} after ${isWritten(wires[0] as Wire) ? "all" : "too little"}`));
    };
    const app = new App().use(keepWires(wires)).get("/", ({ background }) => {
      add(background, "handler's task");
      return make(
        (async function* () {
          for (let id = 0; id < 3; id += 1) {
            if (id === 1) add(background, "generator's task");
            steps.push(`chunk ${id}`);
            yield id;
          }
          add(background, "last task");
        })(),
      );
    });
    const server = await listen(app);
    const response = await fetch(server.url);
    expect(response.headers.get("content-type")).toBe(type);
    expect(await response.text()).toBe(text);
    await server.close();
    expect(steps).toEqual([
      "chunk 0",
      "chunk 1",
      "chunk 2",
      "handler's task after all",
      "generator's task after all",
      "last task after all",
    ]);
  });

  test("is sent chunk by chunk, not at the end", async () => {
    const mayGoOn = makeGate();
    const app = new App().get("/", () =>
      make(
        (async function* () {
          yield 0;
          await mayGoOn.passed;
          yield 1;
          yield 2;
        })(),
      ),
    );
    const { url } = await listen(app);
    const reader = (await fetch(url)).body?.getReader();
    const first = await reader?.read();
    expect(text.startsWith(Buffer.from(first?.value ?? []).toString())).toBe(true);
    mayGoOn.open();
    let rest = "";
    for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
      rest += Buffer.from(next.value).toString();
    }
    expect(Buffer.from(first?.value ?? []).toString() + rest).toBe(text);
  });
});

describe("6: a stream that breaks by its own error", () => {
  test("after some chunks: the body is cut off, tasks are dropped, those for the failure run", async () => {
    const { app, steps, session } = recordingApp();
    app.get("/", { session }, ({ background, session }) => {
      addAll({ background, steps });
      return (async function* () {
        yield session.read(1);
        addAll({ background, steps });
        throw new Error("the stream broke");
      })();
    });
    const server = await listen(app);
    const response = await fetch(server.url);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
    await server.close();
    expect(steps).toEqual([
      "session opened",
      "reported 200 the stream broke",
      "always 200 the stream broke",
      "failure 200 the stream broke",
      "always 200 the stream broke",
      "failure 200 the stream broke",
      "session rolled back: the stream broke",
    ]);
  });

  test.each(["with", "without"])(
    "the client is not told the error (%s middleware that wraps the body)",
    async (kind) => {
      const { app } = recordingApp();
      if (kind === "with") {
        app.use(async (context, next) => {
          await next();
          context.res = new Response(context.res.body, context.res);
        });
      }
      app.get("/", async function* () {
        yield "first";
        throw new Error("password=secret");
      });
      const { port } = await listen(app);
      const connection = await RawConnection.open(port);
      const received: Buffer[] = [];
      connection.socket.on("data", (chunk) => received.push(chunk));
      connection.request("GET", "/");
      await connection.closed;
      const text = Buffer.concat(received).toString();
      expect(text).not.toContain("secret");
      expect(text.startsWith("HTTP/1.1 200") && text.endsWith("\r\n0\r\n\r\n")).toBe(false);
    },
  );

  test("before its first chunk: an ordinary 500", async () => {
    const { app, steps } = recordingApp();
    app.get("/", async function* ({ background }) {
      addAll({ background, steps });
      if (steps.length === 0) throw new Error("no first chunk");
      yield "never";
    });
    const server = await listen(app);
    const response = await fetch(server.url);
    expect([response.status, await response.json()]).toEqual([500, { detail: "Internal Server Error" }]);
    await server.close();
    expect(steps).toEqual(["reported 500 no first chunk", "always 500 no first chunk", "failure 500 no first chunk"]);
  });
});
