import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { beforeEach, expect, onTestFinished, test, vi } from "vitest";

import { ServerProcess } from "../../examples/demo/crash/server-process.ts";
import type { Home } from "../../examples/demo/home.ts";
import { makeFolder } from "./support/running-example.ts";

const secret = "a secret of sixteen characters or more";
const environment = {
  DATABASE_URL: "",
  LOGIN_PASSWORD: "open sesame",
  TENANT_SECRET: secret,
  WEBHOOK_SECRET: secret,
  WEBHOOK_URL: "http://127.0.0.1:9/hooks",
};

beforeEach(() => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  return () => void vi.unstubAllEnvs();
});

async function newHome(): Promise<Home> {
  return { folder: await makeFolder(), schema: "none" };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test("a server of the demo is gone when the tour that uses it fails", async () => {
  const seen: number[] = [];
  const fail = async (): Promise<void> => {
    await using server = await ServerProcess.start(await newHome());
    seen.push(server.pid ?? 0);
    expect((await fetch(`${server.url}/jobs`)).status).toBe(200);
    throw new Error("the tour failed");
  };
  await expect(fail()).rejects.toThrow("the tour failed");
  expect(seen.map(isAlive)).toEqual([false]);
}, 20_000);

test("a server of the demo ends with the process that has started it", async () => {
  const program = fileURLToPath(new URL("../../examples/demo/crash/server.ts", import.meta.url));
  const child = fork(program, {
    execArgv: ["--conditions=afterwork-source"],
    env: { ...process.env, DATA_DIR: await makeFolder() },
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "message");
  const ended = once(child, "exit");
  child.disconnect(); // As the end of this process would.
  expect(await ended).toEqual([1, null]);
}, 20_000);

test("a server of the demo that can't start says why", async () => {
  vi.stubEnv("TENANT_SECRET", "short");
  await expect(ServerProcess.start(await newHome())).rejects.toThrow(
    /ended with 1 before it listened[^]*TENANT_SECRET/,
  );
}, 20_000);
