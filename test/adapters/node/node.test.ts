import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";

import { body, depends, HTTPException, InvalidOptionError, query } from "afterwork";
import { afterwork } from "afterwork/node";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

import { recordLog } from "../../behaviour/support/listen.ts";
import { Notes } from "../notes.ts";
import { sessionOf } from "../session.ts";

async function listen(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("an error of a listener is logged, answered, and drops the tasks of the request", async () => {
  const { log, lines } = recordLog();
  const notes = new Notes();
  const work = afterwork({ log });
  const url = await listen(
    work.listener(async (request) => {
      request.background.addTask(() => notes.add("success"));
      request.background.onFailure.addTask(() => notes.add("failure"));
      throw new HTTPException(418, "tea only");
    }),
  );
  const response = await fetch(url);
  expect(response.status).toBe(418);
  expect(await response.json()).toEqual({ detail: "tea only" });
  expect(await notes.until("failure")).toEqual(["failure"]);
  expect(lines).toMatchObject([{ message: "GET / failed" }]);
});

test("an error after the head cuts the body off", async () => {
  const { log } = recordLog();
  const work = afterwork({ log });
  const url = await listen(
    work.listener((_request, response) => {
      response.write("half of it");
      throw new Error("no more");
    }),
  );
  await expect(fetch(url).then((response) => response.text())).rejects.toThrow(/terminated|fetch failed/);
});

test("an injected handler shares the tasks of the listener that calls it", async () => {
  const notes = new Notes();
  const work = afterwork();
  const session = sessionOf(notes);
  const inner = work.inject({ name: query(), session }, ({ name, background }) => {
    background.addTask(() => notes.add("inner"));
    return { name };
  });
  const url = await listen(
    work.listener((request, response) => {
      request.background.addTask(() => notes.add("outer"));
      inner(request, response);
    }),
  );
  expect(await (await fetch(`${url}/?name=Ada`)).json()).toEqual({ name: "Ada" });
  expect(await notes.until("inner")).toEqual(["commit", "outer", "inner"]);
});

test("a signal is not taken for a leak of listeners where a framework listens often", async () => {
  const warnings: string[] = [];
  const onWarning = ({ message }: Error): unknown => warnings.push(message);
  process.on("warning", onWarning);
  onTestFinished(() => void process.off("warning", onWarning));
  const work = afterwork();
  const handler = work.inject(({ background, signal }) => {
    background.addTask(() => {});
    return signal.aborted;
  });
  const url = await listen((request, response) => {
    for (let count = 0; count < 9; count += 1) response.on("close", () => {});
    handler(request, response);
  });
  expect(await (await fetch(url)).json()).toBe(false);
  expect(warnings).toEqual([]);
});

test("what a body parser has left is the body", async () => {
  const work = afterwork();
  const handler = work.inject({ order: body(z.object({ amount: z.number() })) }, ({ order }) => order);
  const url = await listen((request, response) => {
    handler(Object.assign(request, { body: { amount: 3 } }), response);
  });
  expect(await (await fetch(url, { method: "POST" })).json()).toEqual({ amount: 3 });
});

test("bad options are told by their names", () => {
  expect(() => afterwork({ enigne: undefined } as never)).toThrow(/afterwork has no option "enigne".*"engine"/);
  expect(() => afterwork({ bodyLimit: -1 })).toThrow(InvalidOptionError);
  const work = afterwork();
  expect(() => work.listener("/" as never)).toThrow(/listener: expected a function, got "\/"/);
  expect(() => work.inject("/" as never, () => {})).toThrow(/inject: expected inputs to be an object/);
});

test("a server whose work can't start is left as it was", async () => {
  const work = afterwork();
  const settings = depends.app(() => {
    throw new Error("DATABASE_URL is missing");
  });
  work.inject({ settings }, () => {});
  const server = createServer();
  const { close } = server;
  await expect(work.attach(server)).rejects.toThrow("DATABASE_URL is missing");
  expect(server.close).toBe(close);
  await expect(work.attach({} as never)).rejects.toThrow(/attach: expected a server of node:http/);
});
