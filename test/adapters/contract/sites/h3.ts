import { afterwork } from "afterwork/h3";
import { H3, HTTPResponse, onResponse, serve, type H3Event } from "h3";

import { servesFetch } from "../../runtimes/fetch-server.ts";
import { toReadable, type Answer } from "../answer.ts";
import { engine } from "../engine.ts";
import { injectedRoutes } from "../injected.ts";
import { play, type Site } from "../site.ts";

export async function start(): Promise<Site> {
  const work = afterwork({ engine });
  const app = new H3({ silent: true });
  const compression = onResponse(compress);
  // Where only the body tells that it has been sent, ours has to be the outermost middleware.
  const both = servesFetch ? [work.middleware, compression] : [compression, work.middleware];
  for (const one of both) app.use(one);
  app.all("/plays/:name", async (event) => send(await play(event.req.url, event.context.background)));
  for (const { method, path, inputs, handler } of injectedRoutes<{ readonly event: H3Event }>(answerNatively)) {
    app.on(method, path, work.inject(inputs, handler));
  }
  const server = serve(app, { port: 0, hostname: "127.0.0.1", silent: true, gracefulShutdown: false });
  await work.attach(server, { signals: false });
  await server.ready();
  return { port: Number(new URL(server.url ?? "").port), close: () => server.close() };
}

function send(answer: Answer): unknown {
  const { status, headers } = answer;
  if (answer.kind === "json") return Response.json(answer.body, { status, headers });
  if (answer.kind === "empty") return new HTTPResponse(null, { status, headers });
  return new HTTPResponse(toReadable(answer.chunks), { status, headers: { "content-type": "text/plain", ...headers } });
}

/** H3 brings no compression, but hooks to compress by what every runtime has. */
function compress({ body, status, headers }: Response, { req }: H3Event): Response | undefined {
  if (body === null || req.headers.get("accept-encoding")?.includes("gzip") !== true) return undefined;
  const changed = new Headers(headers);
  changed.set("content-encoding", "gzip");
  changed.delete("content-length");
  return new Response(body.pipeThrough(new CompressionStream("gzip")), { status, headers: changed });
}

function answerNatively({ event }: { readonly event: H3Event }): { readonly native: true } {
  event.res.headers.set("x-native", "set by the handler");
  return { native: true };
}
