import { once } from "node:events";
import type { AddressInfo } from "node:net";

import type Koa from "koa";
import { onTestFinished } from "vitest";

/** Serves an app until the test has ended. Returns where. */
export async function listen(app: Koa): Promise<string> {
  const server = app.listen(0, "127.0.0.1");
  onTestFinished(() => server.close().closeAllConnections());
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
