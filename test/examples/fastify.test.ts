import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

import { startChild } from "./support/child.ts";
import { makeFolder } from "./support/running-example.ts";

test("the app of Fastify does its work after the response, and ends at a signal", async () => {
  const folder = await makeFolder();
  const child = startChild("fastify/main.ts", [], { PORT: "0", DATA_DIR: folder });
  const url = await child.output(/^http:\/\/localhost:\d+/);
  expect(await (await fetch(`${url}/trains?to=Lisbon`)).json()).toEqual([{ train: 7, to: "Lisbon" }]);
  expect((await fetch(`${url}/trains`)).status).toBe(400);
  expect((await book(`${url}/trains/7/bookings`)).status).toBe(201);
  expect((await book(`${url}/trains/seven/bookings`)).status).toBe(422);
  await vi.waitFor(async () => expect(await read(folder, "searches.log")).toBe("Lisbon\n"), 10_000);
  await vi.waitFor(async () => expect(await read(folder, "tickets.log")).toBe("train 7: Ada\n"), 10_000);
  child.kill("SIGTERM");
  expect((await child.ended).code).toBe(0);
});

function book(url: string): Promise<Response> {
  return fetch(url, { method: "POST", body: '{"name":"Ada"}', headers: { "content-type": "application/json" } });
}

function read(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), "utf8");
}
