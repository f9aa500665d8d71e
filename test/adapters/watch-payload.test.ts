import { request } from "node:http";
import { setImmediate as turn } from "node:timers/promises";

import { depends } from "afterwork";
import { expect, test } from "vitest";

import { watchPayload } from "../../src/adapters/watch-payload.ts";
import { listen, makeApp } from "./fastify/served.ts";
import { Notes } from "./notes.ts";

test("a stream that is cancelled while a chunk is waited for has not broken", async () => {
  const broken: unknown[] = [];
  const source = new ReadableStream({ pull: () => new Promise<never>(() => {}) });
  const watched = watchPayload(source, (error) => broken.push(error)) as ReadableStream;
  const reader = watched.getReader();
  const reading = reader.read();
  await turn();
  await reader.cancel();
  expect(await reading).toEqual({ done: true, value: undefined });
  await turn();
  expect(broken).toEqual([]);
});

test("a client that leaves between two chunks has request scope commit", async () => {
  const notes = new Notes();
  const session = depends.request(async function* () {
    try {
      yield {};
      notes.add("over: commit");
    } catch (error) {
      notes.add("over: roll back");
      throw error;
    }
  });
  const { app, work } = await makeApp();
  app.get(
    "/",
    work.inject({ session }, ({ native, signal }) => {
      native.reply.raw.once("close", () => notes.add("client has gone"));
      return (async function* () {
        yield "one";
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        await turn();
      })();
    }),
  );
  const visit = request(await listen(app)).on("error", () => {});
  visit.on("response", (response) => response.once("data", () => visit.destroy())).end();
  await notes.until("client has gone");
  await turn();
  await work.idle();
  expect(notes.lines).toEqual(["client has gone", "over: commit"]);
});
