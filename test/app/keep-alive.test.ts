import { App, eventStream } from "afterwork";
import { expect, test } from "vitest";

import { makeGate } from "../behaviour/support/gate.ts";
import { listen, recordLog } from "../behaviour/support/listen.ts";
import { EventClient } from "./jobs/support/event-client.ts";

test("a stream that has nothing to say sends comments, and loses no event for it", async () => {
  const gates = [makeGate(), makeGate()];
  const app = new App().get("/", () =>
    eventStream(
      async function* () {
        for (const [index, gate] of gates.entries()) {
          await gate.passed;
          yield { data: index };
        }
      },
      { keepAlive: "10ms" },
    ),
  );
  const client = await EventClient.open((await listen(app)).url);
  for (const [index, gate] of gates.entries()) {
    expect(await client.next()).toMatchObject({ comment: "" });
    expect(await client.next()).toMatchObject({ comment: "" });
    gate.open();
    let event = await client.next();
    while (event?.comment !== undefined) event = await client.next();
    expect(event?.data).toBe(index);
  }
  expect((await client.rest()).filter(({ comment }) => comment === undefined)).toEqual([]);
});

test("without being asked to, it sends none", async () => {
  const gate = makeGate();
  const app = new App().get("/", () =>
    eventStream(async function* () {
      await gate.passed;
      yield { data: 1 };
    }),
  );
  const client = await EventClient.open((await listen(app)).url);
  gate.open();
  expect(await client.rest()).toMatchObject([{ data: 1 }]);
});

test("a generator that fails after a silence cuts the stream, and is reported once", async () => {
  const gate = makeGate();
  const { log } = recordLog();
  const app = new App({ log });
  const failures: unknown[] = [];
  app.on("requestFailed", ({ error }) => void failures.push(error));
  app.get("/", () =>
    eventStream(
      async function* () {
        yield { data: 1 };
        await gate.passed;
        throw new Error("lost");
      },
      { keepAlive: "10ms" },
    ),
  );
  const client = await EventClient.open((await listen(app)).url);
  expect(await client.next()).toMatchObject({ data: 1 });
  expect(await client.next()).toMatchObject({ comment: "" });
  gate.open();
  await expect(client.rest()).rejects.toThrow();
  expect(failures).toMatchObject([{ message: "lost" }]);
});

test("what fails when the client has gone already is nobody's unhandled rejection", async () => {
  const gone = makeGate();
  const ended = makeGate();
  const app = new App().get("/", ({ signal }) =>
    eventStream(
      async function* () {
        try {
          signal.addEventListener("abort", gone.open);
          yield { data: 1 };
          await gone.passed;
          throw new Error("lost");
        } finally {
          ended.open();
        }
      },
      { keepAlive: "10ms" },
    ),
  );
  const client = await EventClient.open((await listen(app)).url);
  await client.next();
  await client.next();
  client.cut();
  await ended.passed;
});

test.each([0, "0s", "soon", -1, null])("keepAlive: %j is refused", (keepAlive) => {
  const events = async function* (): AsyncGenerator<never> {};
  expect(() => eventStream(events, { keepAlive: keepAlive as 1 })).toThrow("eventStream: keepAlive");
});
