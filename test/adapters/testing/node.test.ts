import { createServer, type RequestListener } from "node:http";
import { afterwork } from "afterwork/node";

import { testClientCases } from "./client-cases.ts";
import { pages } from "./shop.ts";

testClientCases("a listener of node:http", (options) => {
  const work = afterwork(options);
  return { work, target: listenerOf(work) };
});

testClientCases("a server of node:http", async (options) => {
  const work = afterwork(options);
  return { work, target: createServer(listenerOf(work)), start: () => work.start() };
});

function listenerOf(work: ReturnType<typeof afterwork>): RequestListener {
  return work.listener(async ({ url = "", background }, response) => {
    const page = pages[url];
    const answer = await page?.(background);
    response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
    response.end(JSON.stringify(answer ?? null));
  });
}
