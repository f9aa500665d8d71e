import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { pipeline, Readable } from "node:stream";

import { afterwork, type ExpressNative } from "afterwork/express";
import compression from "compression";
import type express from "express";

import type { Answer } from "./answer.ts";
import { engine } from "./engine.ts";
import { injectedRoutes } from "./injected.ts";
import { play, type Site } from "./site.ts";

/** The site as an app of Express, of whatever version. */
export async function startWith(make: typeof express): Promise<Site> {
  const work = afterwork({ engine });
  const app = make();
  app.use(compression());
  app.use(work.middleware);

  // Express 4 doesn't look at promises.
  const plays = async (req: express.Request, res: express.Response, next: express.NextFunction): Promise<void> => {
    try {
      send(await play(req.originalUrl, req.background), res);
    } catch (error) {
      next(error);
    }
  };
  app.get("/plays/:name", plays);
  app.post("/plays/:name", plays);

  app.use("/parsed", make.json(), make.urlencoded({ extended: false }));
  for (const { method, path, inputs, handler } of injectedRoutes<ExpressNative>(({ res }) =>
    res.json({ native: true }),
  )) {
    if (method === "GET") app.get(path, work.inject(inputs, handler));
    else app.post(path, work.inject(inputs, handler));
  }
  app.use(work.errors);

  const server = app.listen(0, "127.0.0.1");
  await once(server, "listening");
  await work.attach(server, { signals: false });
  return {
    port: (server.address() as AddressInfo).port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

function send(answer: Answer, res: express.Response): void {
  res.status(answer.status).set(answer.headers);
  if (answer.kind === "json") res.json(answer.body);
  else if (answer.kind === "empty") res.end();
  else pipeline(Readable.from(answer.chunks), res.type("text/plain"), () => {});
}
