import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, onTestFinished, test, vi } from "vitest";

import { buildNextApp, startNext } from "../adapters/next/support/next-app.ts";
import { makeFolder } from "./support/running-example.ts";

vi.setConfig({ testTimeout: 300_000 });

test("the application of Next is built, does its work after the response, and ends at a signal", async () => {
  const app = await buildNextApp("examples/next");
  const folder = await makeFolder();
  const { port, process: server } = await startNext(app, { DATA_DIR: folder });
  onTestFinished(() => void server.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}`;
  const books = await fetch(`${url}/books`, { headers: { "user-agent": "Ada's browser" } });
  expect(await books.json()).toEqual([{ book: 7, title: "Kidnapped" }]);
  const order = { method: "POST", body: '{"name":"Ada"}', headers: { "content-type": "application/json" } };
  expect((await fetch(`${url}/books/7/orders`, order)).status).toBe(201);
  expect((await fetch(`${url}/books/seven/orders`, order)).status).toBe(422);
  await vi.waitFor(async () => expect(await read(folder, "readers.log")).toBe("Ada's browser\n"), { timeout: 5_000 });
  await vi.waitFor(async () => expect(await read(folder, "receipts.log")).toBe("book 7: Ada\n"), { timeout: 10_000 });
  server.kill("SIGTERM");
  expect((await once(server, "exit"))[0]).toBe(143);
});

function read(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), "utf8");
}
