import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { bun, deno, workers, type Program } from "../adapters/runtimes/programs.ts";
import { serviceOf } from "../adapters/runtimes/run-fixture.ts";
import { startChild, type Child } from "../behaviour/support/child.ts";
import { describeWith } from "../support/service.ts";
import { makeFolder } from "./support/running-example.ts";

const startTimeoutMs = 60_000;

async function startExample(program: Program, name: string): Promise<Child> {
  const script = new URL(`../../examples/${name}/main.ts`, import.meta.url);
  const variables = { PORT: "0", DATA_DIR: await makeFolder() };
  return startChild(script, variables, { command: () => program.command(fileURLToPath(script)) });
}

async function portOf(child: Child): Promise<number> {
  const line = await child.line(/:\d+/);
  return Number(/:(\d+)/.exec(line)?.[1]);
}

describeWith(serviceOf(bun), "the example of Bun", () => {
  test("does its work after the response, and ends at a signal", { timeout: startTimeoutMs }, async () => {
    const child = await startExample(bun, "bun");
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ email: "ada@example.com" });
    const answer = await fetch(`http://localhost:${await portOf(child)}/signups`, { method: "POST", headers, body });
    expect(answer.status).toBe(200);
    await child.line(/^ada@example.com signed up$/);
    await child.line(/^welcome, ada@example.com$/);
    child.process.kill("SIGTERM");
    expect(await child.exit).toBe(0);
  });
});

describeWith(serviceOf(deno), "the example of Deno", () => {
  test("does its work after the response, and ends at a signal", { timeout: startTimeoutMs }, async () => {
    const child = await startExample(deno, "deno");
    const answer = await fetch(`http://localhost:${await portOf(child)}/orders/7`, { method: "POST" });
    expect(answer.status).toBe(200);
    await child.line(/^order 7 came in$/);
    await child.line(/^invoice for order 7$/);
    child.process.kill("SIGTERM");
    expect(await child.exit).toBe(0);
  });
});

describeWith(serviceOf(workers), "the example of Cloudflare Workers", () => {
  test("does its work after the response", { timeout: startTimeoutMs }, async () => {
    const child = await startExample(workers, "workers");
    const answer = await fetch(`http://localhost:${await portOf(child)}/pages/home`);
    expect(await answer.json()).toEqual({ page: "home" });
    await expect.poll(child.errors, { timeout: 10_000 }).toContain("counted a visit of home");
  });
});
