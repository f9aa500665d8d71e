import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, test } from "vitest";

import { router } from "../../examples/tenant-reports/router.ts";
import * as tasks from "../../examples/tenant-reports/tasks.ts";
import { folderOf, tokenOf } from "../../examples/tenant-reports/tenant.ts";
import { openExample, type DurableExample } from "./support/durable-example.ts";

const secret = "a secret of sixteen characters or more";
const report = { lines: [{ text: "lamp", cents: 199_950 }] };

function open(): Promise<DurableExample> {
  return openExample(router, { tasks, environment: { TENANT_SECRET: secret } });
}

function as(user: string): Record<string, string> {
  return { "x-user": user, "x-token": tokenOf(user, secret) };
}

async function configure({ client }: DurableExample, user: string, preferences: object): Promise<void> {
  await client.put("/preferences", { headers: as(user), json: preferences });
}

async function order({ client }: DurableExample, user: string): Promise<string> {
  const response = await client.post("/reports", { headers: as(user), json: report });
  expect(response.status).toBe(202);
  return response.json<{ id: string }>().id;
}

test("each tenant's report follows that tenant's configuration, in a folder of its own", async () => {
  const example = await open();
  await configure(example, "alice", { title: "Verkauf", locale: "de-DE", currency: "EUR" });
  const ids = { alice: await order(example, "alice"), bob: await order(example, "bob") };
  const read = (user: "alice" | "bob"): Promise<string> =>
    readFile(join(example.folder, "tenants", user, "reports", `${ids[user]}.md`), "utf8");
  expect(await read("alice")).toBe("# Verkauf\n\n- lamp: 1.999,50\u00A0€\n\nTotal: 1.999,50\u00A0€\n");
  expect(await read("bob")).toBe("# Report\n\n- lamp: €1,999.50\n\nTotal: €1,999.50\n");
});

test("a tenant reads its own reports and nobody else's", async () => {
  const example = await open();
  const id = await order(example, "alice");
  const own = await example.client.get(`/reports/${id}`, { headers: as("alice") });
  expect(own.headers.get("content-type")).toBe("text/markdown; charset=utf-8");
  expect(own.text()).toContain("lamp");
  expect((await example.client.get(`/reports/${id}`, { headers: as("bob") })).status).toBe(404);
});

test("a wrong token is answered 401 before the body is judged", async () => {
  const { client } = await open();
  const headers = { ...as("bob"), "x-user": "alice" };
  const response = await client.post("/reports", { headers, json: { nonsense: true } });
  expect(response.status).toBe(401);
});

test.each(["../bob", "..", ".", "a/b", "a\\b", "/etc", "Alice", "alice.", "%2e%2e", "a".repeat(33)])(
  "the user name %j is refused, whatever its token, and nothing is written",
  async (user) => {
    const { client, folder } = await open();
    const response = await client.post("/reports", { headers: as(user), json: report });
    expect(response.status).toBe(422);
    expect(await readdir(folder)).toEqual([]);
  },
);

test.each(["../bob", "..", ".", "", "a/b", "/etc"])("no task writes into a folder of the name %j", (user) => {
  expect(() => folderOf("/data", user)).toThrow("no name of a folder");
});
