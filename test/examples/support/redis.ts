import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";

import { onTestFinished } from "vitest";

/**
 * The URL of a Redis: the one of `REDIS_URL`, else a `redis-server` of this machine, started for the test. `undefined`
 * when there is neither.
 *
 * @throws where `CI` is set and there is neither.
 */
export async function findRedis(): Promise<string | undefined> {
  if (process.env["REDIS_URL"] !== undefined) return process.env["REDIS_URL"];
  const port = await freePort();
  const server = spawn("redis-server", ["--port", String(port), "--save", "", "--bind", "127.0.0.1"]);
  const url = await Promise.race([
    once(server, "error").then(() => undefined),
    untilReady(server.stdout).then(() => `redis://127.0.0.1:${port}`),
  ]);
  if (url !== undefined) onTestFinished(() => void server.kill());
  else if (process.env["CI"] !== undefined) throw new Error("CI needs a Redis: REDIS_URL, or redis-server in the PATH");
  return url;
}

async function untilReady(output: NodeJS.ReadableStream): Promise<void> {
  let text = "";
  for await (const chunk of output) {
    text += String(chunk);
    if (text.includes("Ready to accept connections")) return output.resume() && undefined;
  }
  throw new Error(`redis-server ended: ${text}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}
