import { request } from "node:http";
import type { AddressInfo } from "node:net";

import { afterwork, type FastifyAdapter } from "afterwork/fastify";
import fastify, { type FastifyInstance } from "fastify";
import { onTestFinished } from "vitest";

type Options = Parameters<typeof afterwork>[0];

/** An application with the plugin, closed when the test has finished. */
export async function makeApp(options: Options = {}): Promise<{ app: FastifyInstance; work: FastifyAdapter }> {
  const app = fastify();
  onTestFinished(() => app.close());
  const work = afterwork({ log: silent, ...options });
  await app.register(work.plugin);
  return { app, work };
}

/** A log that nobody reads. */
export const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Listens on a free port; returns its URL. */
export async function listen(app: FastifyInstance): Promise<string> {
  await app.listen({ port: 0, host: "127.0.0.1" });
  return `http://127.0.0.1:${(app.server.address() as AddressInfo).port}`;
}

/** Sends a request and goes away when `leave` has resolved. */
export async function visitUntil(url: string, leave: Promise<unknown>): Promise<void> {
  const visit = request(url).on("error", () => {});
  visit.end();
  await leave;
  visit.destroy();
}

/** A signal that a test waits for. */
export function signal<Value = void>(): PromiseWithResolvers<Value> {
  return Promise.withResolvers<Value>();
}
