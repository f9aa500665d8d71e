import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { serve } from "@hono/node-server";
import { compress } from "hono/compress";

import { servesFetch } from "../../runtimes/fetch-server.ts";
import { startFetchSite } from "../fetch-site.ts";
import { makeHonoSite } from "../hono-site.ts";
import type { Site } from "../site.ts";

export async function start(): Promise<Site> {
  if (servesFetch) return startOnFetch();
  const { app, work } = makeHonoSite({ outer: [compress()] });
  const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
  await once(server, "listening");
  await work.attach(server, { signals: false });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** Where only the body tells that it has been sent, ours has to be the outermost middleware. */
function startOnFetch(): Promise<Site> {
  const { app, work } = makeHonoSite({ inner: [compress()] });
  return startFetchSite(app, work);
}
