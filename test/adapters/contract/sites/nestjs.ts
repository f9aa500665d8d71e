import { ExpressAdapter } from "@nestjs/platform-express";
import compression from "compression";

import { startOn } from "../nest-site.ts";
import type { Site } from "../site.ts";

export function start(): Promise<Site> {
  return startOn(new ExpressAdapter(), (app) => app.use(compression()));
}
