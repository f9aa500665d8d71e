import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

import { startChild } from "./support/child.ts";
import { makeFolder } from "./support/running-example.ts";

vi.setConfig({ testTimeout: 30_000 });

test("the app of Express does its work after the response, and ends at a signal", async () => {
  const folder = await makeFolder();
  const child = startChild("express/main.ts", [], { PORT: "0", DATA_DIR: folder });
  const url = await child.output(/^http:\/\/localhost:\d+/);
  const books = await fetch(`${url}/books`, { headers: { "user-agent": "Ada's browser" } });
  expect(await books.json()).toEqual([{ book: 7, title: "Kidnapped" }]);
  const order = { method: "POST", body: '{"name":"Ada"}', headers: { "content-type": "application/json" } };
  expect((await fetch(`${url}/books/7/orders`, order)).status).toBe(201);
  expect((await fetch(`${url}/books/seven/orders`, order)).status).toBe(422);
  await vi.waitFor(async () => expect(await read(folder, "readers.log")).toBe("Ada's browser\n"), 10_000);
  await vi.waitFor(async () => expect(await read(folder, "receipts.log")).toBe("book 7: Ada\n"), 10_000);
  child.kill("SIGTERM");
  expect((await child.ended).code).toBe(0);
});

function read(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), "utf8");
}
