import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

import { startChild } from "./support/child.ts";
import { makeFolder } from "./support/running-example.ts";

vi.setConfig({ testTimeout: 30_000 });

test("the app of H3 does its work after the response, and ends at a signal", async () => {
  const folder = await makeFolder();
  const child = startChild("h3/main.ts", [], { PORT: "0", DATA_DIR: folder });
  const url = await child.output(/^http:\/\/localhost:\d+/);
  expect(await (await fetch(`${url}/menu`)).json()).toEqual(["soup", "bread"]);
  const order = await fetch(`${url}/tables/4/orders`, {
    method: "POST",
    body: '{"dish":"soup"}',
    headers: { "content-type": "application/json" },
  });
  expect(order.status).toBe(201);
  expect((await fetch(`${url}/tables/four/orders`, { method: "POST" })).status).toBe(422);
  await vi.waitFor(async () => expect(await read(folder, "readers.log")).toBe("somebody read the menu\n"), 10_000);
  await vi.waitFor(async () => expect(await read(folder, "receipts.log")).toBe("table 4: soup\n"), 10_000);
  child.kill("SIGTERM");
  expect((await child.ended).code).toBe(0);
});

function read(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), "utf8");
}
