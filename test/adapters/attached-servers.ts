import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";

import { afterwork, type NodeAdapter } from "afterwork/node";

/** A process with two servers, and an adapter for each or, if it is told so, for both. The tasks of the second take time. */
async function start(work: NodeAdapter, ms: number, signals: boolean): Promise<Server> {
  const listener = work.listener((request, response) => {
    request.background.addTask(async () => {
      await new Promise((resolve) => setTimeout(resolve, ms));
      console.log("task ended");
    });
    response.end();
  });
  const server = createServer(listener);
  await work.attach(server, { signals });
  await once(server.listen(0, "127.0.0.1"), "listening");
  return server;
}

const first = afterwork();
await start(first, 0, true);
const isShared = process.env["SHARED"] === "1";
const second = await start(isShared ? first : afterwork(), 200, !isShared);
await fetch(`http://127.0.0.1:${(second.address() as AddressInfo).port}`);
console.log("answered");
