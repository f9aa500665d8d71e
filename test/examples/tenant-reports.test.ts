import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { router } from "../../examples/tenant-reports/router.ts";
import { folderOf, tokenOf } from "../../examples/tenant-reports/tenant.ts";
import { runExample, type RunningExample } from "./support/running-example.ts";

const secret = "a secret of sixteen characters or more";
const report = { lines: [{ text: "lamp", cents: 199_950 }] };

function open(): Promise<RunningExample> {
  return runExample(router, { TENANT_SECRET: secret });
}

function as(user: string): Record<string, string> {
  return { "x-user": user, "x-token": tokenOf(user, secret) };
}

async function configure(example: RunningExample, user: string, preferences: object): Promise<void> {
  const headers = { ...as(user), "content-type": "application/json" };
  await fetch(`${example.url}/preferences`, { method: "PUT", headers, body: JSON.stringify(preferences) });
}

async function order(example: RunningExample, user: string): Promise<string> {
  const response = await example.post("/reports", report, as(user));
  expect(response.status).toBe(202);
  return ((await response.json()) as { id: string }).id;
}

test("each tenant's report follows that tenant's configuration, in a folder of its own", async () => {
  const example = await open();
  await configure(example, "alice", { title: "Verkauf", locale: "de-DE", currency: "EUR" });
  const ids = { alice: await order(example, "alice"), bob: await order(example, "bob") };
  await example.untilEnded("write-report", "write-report");
  const read = (user: "alice" | "bob"): Promise<string> =>
    readFile(join(example.folder, "tenants", user, "reports", `${ids[user]}.md`), "utf8");
  expect(await read("alice")).toBe("# Verkauf\n\n- lamp: 1.999,50\u00A0€\n\nTotal: 1.999,50\u00A0€\n");
  expect(await read("bob")).toBe("# Report\n\n- lamp: €1,999.50\n\nTotal: €1,999.50\n");
});

test("a tenant reads its own reports and nobody else's", async () => {
  const example = await open();
  const id = await order(example, "alice");
  await example.untilEnded("write-report");
  const own = await fetch(`${example.url}/reports/${id}`, { headers: as("alice") });
  expect(own.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
  expect(await own.text()).toContain("lamp");
  expect((await fetch(`${example.url}/reports/${id}`, { headers: as("bob") })).status).toBe(404);
});

test("a wrong token is answered 401 before the body is judged", async () => {
  const example = await open();
  const response = await example.post("/reports", { nonsense: true }, { ...as("bob"), "x-user": "alice" });
  expect(response.status).toBe(401);
});

test.each(["../bob", "..", ".", "a/b", "a\\b", "/etc", "Alice", "alice.", "%2e%2e", "a".repeat(33)])(
  "the user name %j is refused, whatever its token, and nothing is written",
  async (user) => {
    const example = await open();
    const response = await example.post("/reports", report, as(user));
    expect(response.status).toBe(422);
    expect(await readdir(example.folder)).toEqual([]);
  },
);

test.each(["../bob", "..", ".", "", "a/b", "/etc"])("no task writes into a folder of the name %j", (user) => {
  expect(() => folderOf("/data", user)).toThrow("no name of a folder");
});
