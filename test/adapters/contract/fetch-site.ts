import type { App } from "afterwork";

import { serveFetch } from "../runtimes/fetch-server.ts";
import type { Site } from "./site.ts";

/** What starts and ends with a server. */
type Work = Pick<App, "start" | "beginShutdown" | "close">;

/** What answers requests. */
interface Handler {
  readonly fetch: (request: Request, environment: object) => Response | Promise<Response>;
}

/** A site on Bun and Deno, started and ended as their users do it. */
export async function startFetchSite(handler: Handler, work: Work): Promise<Site> {
  await work.start();
  const server = serveFetch((request, environment) => handler.fetch(request, environment));
  return {
    port: server.port,
    async close(): Promise<void> {
      work.beginShutdown();
      await server.stop();
      await work.close();
    },
  };
}
