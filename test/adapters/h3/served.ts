import { afterwork, type H3Adapter } from "afterwork/h3";
import { H3, serve, type H3Config } from "h3";
import { onTestFinished } from "vitest";

/** Errors that tests provoke are not to be read in their output. */
export const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** An app with the middleware before everything else, and its work. */
export function makeApp(
  options: Parameters<typeof afterwork>[0] = {},
  config: H3Config = {},
): { app: H3; work: H3Adapter } {
  const work = afterwork({ log: quiet, ...options });
  return { app: new H3({ silent: true, ...config }).use(work.middleware), work };
}

/** Serves on Node for the time of one test. Returns where. */
export async function listen(app: H3, work: H3Adapter): Promise<string> {
  const server = serve(app, { port: 0, hostname: "127.0.0.1", silent: true, gracefulShutdown: false });
  await work.attach(server, { signals: false });
  await server.ready();
  onTestFinished(() => server.close());
  return new URL(server.url ?? "").origin;
}
