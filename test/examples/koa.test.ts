import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test, vi } from "vitest";

import { startChild } from "./support/child.ts";
import { makeFolder } from "./support/running-example.ts";

vi.setConfig({ testTimeout: 30_000 });

test("the app of Koa does its work after the response, and ends at a signal", async () => {
  const folder = await makeFolder();
  const child = startChild("koa/main.ts", [], { PORT: "0", DATA_DIR: folder });
  const url = await child.output(/^http:\/\/localhost:\d+/);
  expect(await (await fetch(`${url}/polls`)).json()).toEqual([{ poll: 3, question: "tea or coffee?" }]);
  const vote = { method: "POST", body: '{"choice":"tea"}', headers: { "content-type": "application/json" } };
  expect((await fetch(`${url}/polls/3/votes`, vote)).status).toBe(201);
  expect((await fetch(`${url}/polls/3/votes`, { ...vote, body: '{"choice":"milk"}' })).status).toBe(422);
  await vi.waitFor(async () => expect(await read(folder, "lookers.log")).toBe("somebody looked\n"), 10_000);
  await vi.waitFor(async () => expect(await read(folder, "votes.log")).toBe("poll 3: tea\n"), 10_000);
  child.kill("SIGTERM");
  expect((await child.ended).code).toBe(0);
});

function read(folder: string, file: string): Promise<string> {
  return readFile(join(folder, file), "utf8");
}
