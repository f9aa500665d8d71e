import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline, Readable } from "node:stream";

import { afterwork } from "afterwork/node";
import compression from "compression";

import type { Answer } from "../answer.ts";
import { engine } from "../engine.ts";
import { injectedRoutes } from "../injected.ts";
import { play, type Site } from "../site.ts";

export async function start(): Promise<Site> {
  const work = afterwork({ engine });
  const compress = compression();
  const plays = work.listener(async (request, response) => {
    send(await play(request.url ?? "", request.background), response);
  });
  const injected = injectedRoutes(answerNatively).map(({ method, path, inputs, handler }) => {
    return { method, pattern: patternOf(path), listener: work.inject(inputs, handler) };
  });

  const server = createServer((request: RoutedRequest, response) => {
    const [path = ""] = (request.url ?? "").split("?");
    const route = injected.find(({ method, pattern }) => method === request.method && pattern.test(path));
    request.params = route?.pattern.exec(path)?.groups ?? {};
    compress(request as never, response as never, () => (route?.listener ?? plays)(request, response));
  });
  await work.attach(server, { signals: false });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

/** What a router of the user's own adds. */
interface RoutedRequest extends IncomingMessage {
  params?: Record<string, string>;
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}$`);
}

function send(answer: Answer, response: ServerResponse): void {
  response.writeHead(answer.status, { ...typeOf[answer.kind], ...answer.headers });
  if (answer.kind === "stream") pipeline(Readable.from(answer.chunks), response, () => {});
  else response.end(answer.kind === "json" ? JSON.stringify(answer.body) : undefined);
}

const typeOf = { json: { "content-type": "application/json" }, empty: {}, stream: { "content-type": "text/plain" } };

function answerNatively({ response }: { readonly response: ServerResponse }): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end('{"native":true}');
}
