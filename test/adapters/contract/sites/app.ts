import { serve } from "afterwork";

import { servesFetch } from "../../runtimes/fetch-server.ts";
import { makeApp } from "../app-site.ts";
import { startFetchSite } from "../fetch-site.ts";
import type { Site } from "../site.ts";

export function start(): Promise<Site> {
  const app = makeApp();
  if (servesFetch) return startFetchSite(app, app);
  return serve(app, { port: 0, hostname: "127.0.0.1", signals: false });
}
