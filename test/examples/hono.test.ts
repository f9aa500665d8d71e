import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

import { startChild } from "./support/child.ts";
import { makeFolder } from "./support/running-example.ts";

vi.setConfig({ testTimeout: 30_000 });

test("the app of Hono does its work after the response, and ends at a signal", async () => {
  const folder = await makeFolder();
  const child = startChild("hono/main.ts", [], { PORT: "0", DATA_DIR: folder });
  const url = await child.output(/^http:\/\/localhost:\d+/);
  const visit = await fetch(`${url}/visits/home`, { method: "POST" });
  expect(await visit.json()).toEqual({ page: "home" });
  const signup = await post(`${url}/signups`, { email: "ada@example.com" });
  expect(signup.status).toBe(201);
  expect((await post(`${url}/signups`, { email: "ada" })).status).toBe(422);
  await vi.waitFor(async () => expect(await read(folder, "visits.log")).toBe("home\n"), 10_000);
  await vi.waitFor(async () => expect(await read(folder, "welcomes.log")).toBe("welcome, ada@example.com\n"), 10_000);
  child.kill("SIGTERM");
  expect((await child.ended).code).toBe(0);
});

function post(url: string, value: object): Promise<Response> {
  return fetch(url, {
    method: "POST",
    body: JSON.stringify(value),
    headers: { "content-type": "application/json" },
  });
}

function read(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), "utf8");
}
