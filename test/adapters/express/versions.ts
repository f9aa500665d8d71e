import { once } from "node:events";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";

import express, { type ErrorRequestHandler } from "express";
import { onTestFinished } from "vitest";

// Installed under another name, under which it has no types.
const express4 = createRequire(import.meta.url)("express4") as typeof express;

/** What the tests are run with. */
export const versions: readonly (readonly [name: string, make: typeof express])[] = [
  ["Express 5", express],
  ["Express 4", express4],
];

/** Serves an app until the test has ended. Returns where. */
export async function listen(app: express.Express): Promise<string> {
  const server = app.listen(0, "127.0.0.1");
  onTestFinished(() => server.close().closeAllConnections());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An error handler that shows which error it was given. */
export const answerWithMessage: ErrorRequestHandler = (error: Error, _req, res, _next) =>
  void res.status(418).end(error.message);
