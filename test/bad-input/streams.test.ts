import { eventStream, type ServerSentEvent } from "afterwork";
import { describe, expect, test } from "vitest";

import { internal, testAnswers, type Answer } from "./support/answers.ts";
import { dial, exchange, message, startTrial, statusOf, ways } from "./support/trial.ts";

const once = (value: unknown, then?: Error): AsyncGenerator =>
  (async function* () {
    yield value;
    if (then !== undefined) throw then;
  })();
const events = (...all: unknown[]) =>
  eventStream(async function* () {
    yield* all as ServerSentEvent[];
  });
const failing = async function* () {
  throw new Error("before the first chunk");
} as () => AsyncGenerator<never>;

/** Before the first chunk there is still time for another answer. */
const early: readonly Answer[] = [
  ["a generator that throws before its first chunk", failing, 500, internal, "before the first chunk"],
  [
    "an iterable without an iterator",
    () => ({ [Symbol.asyncIterator]: () => undefined }),
    500,
    internal,
    "expected an async iterator, got undefined",
  ],
  [
    "an iterator without next",
    () => ({ [Symbol.asyncIterator]: () => ({}) }),
    500,
    internal,
    "expected an async iterator, got an object",
  ],
  [
    "an iterator that throws when it is made",
    () => ({
      [Symbol.asyncIterator]: () => {
        throw new Error("no iterator");
      },
    }),
    500,
    internal,
    "no iterator",
  ],
  [
    "an iterator that answers nothing",
    () => ({ [Symbol.asyncIterator]: () => ({ next: () => undefined }) }),
    500,
    internal,
    "",
  ],
  [
    "an event stream of nothing",
    () => eventStream(undefined as never),
    500,
    internal,
    "eventStream: expected an async iterable, or a function that returns one, got undefined",
  ],
  [
    "an event stream of null",
    () => eventStream(null as never),
    500,
    internal,
    "eventStream: expected an async iterable, or a function that returns one, got null",
  ],
  [
    "an event stream of a text",
    () => eventStream("x" as never),
    500,
    internal,
    'eventStream: expected an async iterable, or a function that returns one, got "x"',
  ],
  ["an event stream of a list", () => eventStream([] as never), 500, internal, "got an array of 0"],
  [
    "an event stream of a function that returns nothing",
    () => eventStream((() => {}) as never),
    500,
    internal,
    "got undefined",
  ],
  [
    "an event stream of a promise",
    () => eventStream(Promise.resolve() as never),
    500,
    internal,
    "got an object of class Promise",
  ],
];

testAnswers("returns", early);

/** What is streamed, and the words with which its failure is reported. */
const late: readonly (readonly [what: string, stream: () => unknown, reported: string])[] = [
  [
    "an error behind the first chunk",
    () => once("first", new Error("behind the first chunk")),
    "behind the first chunk",
  ],
  ["a big integer", () => once({ id: 1n }), "BigInt"],
  ["a big integer as a chunk", () => once(1n), "BigInt"],
  ["a function", () => once(() => 1), "what JSON can express, got "],
  ["a symbol", () => once(Symbol("x")), "what JSON can express, got a symbol"],
  [
    "an event that is a text",
    () => events("data"),
    'eventStream: expected an event to be an object with data, got "data"',
  ],
  ["an event that is null", () => events(null), "eventStream: expected an event to be an object with data, got null"],
  ["an event that is nothing", () => events(undefined), "expected an event to be an object with data, got undefined"],
  ["an event that is a list", () => events([]), "expected an event to be an object with data, got an array of 0"],
  [
    "an event with a field that none has",
    () => events({ data: 1, evnt: "x" }),
    'eventStream: an event has no option "evnt"; did you mean "event"?',
  ],
  [
    "an event whose name has a line break",
    () => events({ data: 1, event: "a\ndata: injected" }),
    String.raw`eventStream: an event: event: expected one line of text, got "a\ndata: injected"`,
  ],
  [
    "an event whose name has a carriage return",
    () => events({ data: 1, event: "a\rb" }),
    "event: expected one line of text",
  ],
  ["an event whose name is a number", () => events({ data: 1, event: 5 }), "event: expected one line of text, got 5"],
  ["an event whose id has a line break", () => events({ data: 1, id: "1\n\n" }), "id: expected one line of text"],
  ["an event whose id has a NUL", () => events({ data: 1, id: "a\0" }), "id: expected one line of text"],
  ["an event whose id is null", () => events({ data: 1, id: null }), "id: expected one line of text, got null"],
  [
    "an event with a retry below nothing",
    () => events({ data: 1, retry: -1 }),
    "retry: expected a whole number of at least 0, got -1",
  ],
  [
    "an event with a retry of NaN",
    () => events({ data: 1, retry: Number.NaN }),
    "retry: expected a whole number of at least 0, got NaN",
  ],
  [
    "an event with a retry in words",
    () => events({ data: 1, retry: "5s" }),
    'retry: expected a whole number of at least 0, got "5s"',
  ],
  ["an event whose data is a big integer", () => events({ data: 1n }), "BigInt"],
  ["an event whose data is a function", () => events({ data: () => 1 }), "what JSON can express, got "],
];

describe.each(ways)("%s, a stream is cut off for", (way) => {
  test.each(late)("%s", async (_what, stream, reported) => {
    const trial = await startTrial(
      (app, notes) =>
        app.get("/", ({ background }) => {
          background.addTask(() => void notes.push("task"));
          background.onFailure.addTask(() => void notes.push("failure"));
          return stream();
        }),
      { way },
    );
    const received = await exchange(trial.port, message("GET /"));
    expect(received).not.toMatch(/\r\n0\r\n\r\n$/);
    expect(received).not.toContain("injected");
    await trial.expectAnswering();
    await trial.app.idle();
    expect(trial.failures.map(({ error }) => (error as Error).message)).toEqual([expect.stringContaining(reported)]);
    expect({ notes: trial.notes, lines: trial.lines }).toEqual({ notes: ["failure"], lines: [] });
    // The server prints that the body has been cut off, and nothing of why.
    expect(trial.printed.map(String)).toEqual([expect.stringMatching(/^Error: the body was cut off/)]);
  });
});

describe.each(ways)("%s, a stream", (way) => {
  test("of lines in the data of an event stays one event", async () => {
    const trial = await startTrial((app) => app.get("/", () => events({ data: "a\nevent: b\r\n\r\ndata: c" })), {
      way,
    });
    const received = await exchange(trial.port, message("GET /"));
    expect(received).toContain("data: a\ndata: event: b\ndata: \ndata: data: c\n\n");
  });

  test("of nothing is empty, and its tasks run", async () => {
    const nothing = async function* () {} as () => AsyncGenerator<never>;
    const trial = await startTrial(
      (app, notes) =>
        app.get("/", ({ background }) => {
          background.addTask(() => void notes.push("task"));
          return nothing();
        }),
      { way },
    );
    expect(statusOf(await exchange(trial.port, message("GET /")))).toBe(200);
    await expect.poll(() => trial.notes).toEqual(["task"]);
  });

  test("without return() ends with its client", async () => {
    const iterable = {
      [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: "x".repeat(10_000) }) }),
    };
    const trial = await startTrial(
      (app, notes) =>
        app.get("/", ({ background }) => {
          background.addTask(() => void notes.push("task"));
          return iterable;
        }),
      { way },
    );
    const socket = await dial(trial.port);
    socket.write(message("GET /"));
    await new Promise((resolve) => void socket.once("data", resolve));
    socket.destroy();
    await expect.poll(() => trial.notes).toEqual(["task"]);
    trial.notes.length = 0;
    await trial.expectUntouched();
  });

  test("of bytes, and a web stream, are sent as they are", async () => {
    const trial = await startTrial(
      (app) => {
        app.get("/bytes", () => once(new Uint8Array([104, 105])));
        app.get("/web", () => new Blob(["hello"]).stream());
        app.get("/fetched", async () => fetch(`${trial.url}/bytes`));
      },
      { way },
    );
    expect(await exchange(trial.port, message("GET /bytes"))).toMatch(/octet-stream[^]*hi/);
    expect(await exchange(trial.port, message("GET /web"))).toMatch(/hello/);
    expect(await exchange(trial.port, message("GET /fetched"))).toMatch(/octet-stream[^]*hi/);
    await trial.expectUntouched();
  });
});
