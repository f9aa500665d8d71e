import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

import { expect, onTestFinished, test, vi } from "vitest";

import { compileProject } from "../support/compiled-project.ts";
import { startChild } from "./support/child.ts";
import { makeFolder } from "./support/running-example.ts";

vi.setConfig({ testTimeout: 60_000 });

test("the application of Nest compiles, does its work after the response, and ends at a signal", async () => {
  const project = await compileProject(fileURLToPath(new URL("../../examples/nestjs/tsconfig.json", import.meta.url)));
  onTestFinished(() => project.remove());
  const folder = await makeFolder();
  const examples = fileURLToPath(new URL("../../examples", import.meta.url));
  const child = startChild(relative(examples, fileURLToPath(project.url("main.ts"))), [], {
    PORT: "0",
    DATA_DIR: folder,
  });
  const url = await child.output(/^http:\/\/[\w.:]+\d+/);
  const books = await fetch(`${url}/books`, { headers: { "user-agent": "Ada's browser" } });
  expect(await books.json()).toEqual([{ book: 7, title: "Kidnapped" }]);
  const order = { method: "POST", body: '{"name":"Ada"}', headers: { "content-type": "application/json" } };
  expect((await fetch(`${url}/books/7/orders`, order)).status).toBe(201);
  expect((await fetch(`${url}/books/seven/orders`, order)).status).toBe(422);
  await vi.waitFor(async () => expect(await read(folder, "readers.log")).toBe("Ada's browser\n"), 10_000);
  await vi.waitFor(async () => expect(await read(folder, "receipts.log")).toBe("book 7: Ada\n"), { timeout: 5_000 });
  child.kill("SIGTERM");
  // Nest lets the signal end the process, when all is done.
  expect((await child.ended).code).toBe(null);
});

function read(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), "utf8");
}
