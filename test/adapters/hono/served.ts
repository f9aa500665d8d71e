import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { serve } from "@hono/node-server";
import { afterwork, type HonoAdapter, type WorkEnv } from "afterwork/hono";
import { Hono } from "hono";
import { onTestFinished } from "vitest";

/** Errors that tests provoke are not to be read in their output. */
export const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** An app with the middleware before everything else, and its work. */
export function makeApp(options: Parameters<typeof afterwork>[0] = {}): { app: Hono<WorkEnv>; work: HonoAdapter } {
  const work = afterwork({ log: quiet, ...options });
  const app = new Hono<WorkEnv>();
  app.use(work.middleware);
  return { app, work };
}

/** Serves on Node for the time of one test. Returns where. */
export async function listen(app: Pick<Hono, "fetch">, work: HonoAdapter): Promise<string> {
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await work.attach(server, { signals: false });
  if (!server.listening) await once(server, "listening");
  onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
