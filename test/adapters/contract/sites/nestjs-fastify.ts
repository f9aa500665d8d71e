import compress from "@fastify/compress";
import { FastifyAdapter } from "@nestjs/platform-fastify";

import { startOn } from "../nest-site.ts";
import type { Site } from "../site.ts";

export function start(): Promise<Site> {
  const platform = new FastifyAdapter();
  return startOn(platform, async () => {
    const app = platform.getInstance();
    await app.register(compress as never);
    // What nobody has parsed is read by those who ask for files.
    app.addContentTypeParser("multipart/form-data", (_request, _payload, done) => done(null));
  });
}
