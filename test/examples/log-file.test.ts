import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { router } from "../../examples/log-file/router.ts";
import { runExample } from "./support/running-example.ts";

test("a notification leaves a line in the log file", async () => {
  const example = await runExample(router);
  const response = await fetch(`${example.url}/notifications/ada@example.com`, { method: "POST" });
  expect(response.status).toBe(202);
  await example.untilEnded("writeLog");
  const log = await readFile(join(example.folder, "notifications.log"), "utf8");
  expect(log).toMatch(/^\S+Z notification for ada@example\.com\n$/);
});

test("the lines of many notifications stand one below the other", async () => {
  const example = await runExample(router);
  const numbers = Array.from({ length: 20 }, (_, index) => index);
  await Promise.all(numbers.map((n) => fetch(`${example.url}/notifications/n${n}@example.com`, { method: "POST" })));
  await example.untilEnded(...numbers.map(() => "writeLog"));
  const log = await readFile(join(example.folder, "notifications.log"), "utf8");
  expect(log.trim().split("\n")).toHaveLength(20);
});

test("an address that is none is refused and logged nowhere", async () => {
  const example = await runExample(router);
  const response = await fetch(`${example.url}/notifications/ada`, { method: "POST" });
  expect(response.status).toBe(422);
  expect(await readdir(example.folder)).toEqual([]);
});
