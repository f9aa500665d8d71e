import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { pages, typescriptOf } from "./support/documents.ts";
import { makeProject, removeProject } from "./support/project.ts";

const readme = pages().find(({ path }) => path === "README.md");
const blocks = readme === undefined ? [] : typescriptOf(readme).map(({ code }) => code);
const screen = blocks[0] ?? "";
const [engine = "", server = ""] = blocks.slice(1);

test("the screen of code listens on port 8000", () => {
  expect(screen).toContain("serve(app, { port: 8000 })");
  expect(screen.split("\n").length).toBeLessThan(65);
});

test("the screen of code does what the README says of it", async () => {
  const folder = makeProject({ "shops.ts": screen.replace("port: 8000", "port: 0") });
  onTestFinished(() => removeProject(folder));
  const child = spawn(process.execPath, ["--conditions=afterwork-source", "shops.ts"], { cwd: folder });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close");
  const [printed] = (await once(child.stdout, "data")) as [Buffer];
  const url = String(printed)
    .trim()
    .replace(/\/docs$/, "");
  const order = (json: object, token = "secret-token"): Promise<Response> =>
    fetch(`${url}/shops/7/orders`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-token": token },
      body: JSON.stringify(json),
    });
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");

  const created = await order({ sku: "lamp", amount: 2 });
  expect(created.status).toBe(201);
  const { id } = (await created.json()) as { id: string };
  expect(JSON.parse(read("orders.jsonl"))).toEqual({ id, shopId: 7, sku: "lamp", amount: 2 });

  expect((await order({ sku: "lamp", amount: 0 }, "another token")).status).toBe(401);
  expect((await order({ sku: "lamp", amount: 0 })).status).toBe(422);
  expect((await fetch(`${url}/docs`)).status).toBe(200);

  child.kill("SIGTERM"); // The shutdown waits for the tasks.
  expect(await ended).toEqual([0, null]);
  expect(read("requests.log")).toBe("alice was here\nalice ordered 2 of lamp\n");
  expect(read("outbox.txt")).toBe(`To: alice@example.com\nYour order is ${id}.\n`);
  expect(read("orders.jsonl").trim().split("\n")).toHaveLength(1);
});

test("the durable example does what the README says of it", async () => {
  const printing = server.replace(
    "await serve(app, { port: 8000 });",
    "console.log((await serve(app, { port: 0 })).url);",
  );
  const folder = makeProject({ "engine.ts": engine, "server.ts": printing });
  onTestFinished(() => removeProject(folder));
  const child = spawn(process.execPath, ["--conditions=afterwork-source", "server.ts"], { cwd: folder });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended = once(child, "close");
  const [printed] = (await once(child.stdout, "data")) as [Buffer];
  const url = String(printed).trim();

  const accepted = await fetch(`${url}/orders/A-1/invoice`, { method: "POST" });
  expect(accepted.status).toBe(202);
  const { job } = (await accepted.json()) as { job: string };
  const result = await (await fetch(`${url}/jobs/${job}/result?wait=10s`)).json();
  expect(result).toEqual({ status: "succeeded", result: { order: "A-1" } });
  expect(await (await fetch(`${url}/jobs/${job}`)).json()).toMatchObject({ id: job, task: "send-invoice", attempt: 1 });
  const events = await (await fetch(`${url}/jobs/${job}/events`)).text();
  expect(events).toContain("the invoice of A-1 is written");
  expect(JSON.parse(readFileSync(join(folder, "invoices.jsonl"), "utf8"))).toEqual({ id: job, order: "A-1" });

  child.kill("SIGTERM");
  expect(await ended).toEqual([0, null]);
}, 20_000);
