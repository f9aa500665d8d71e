import { join } from "node:path";

import { App } from "afterwork";

import { router as auditOwnSession } from "../audit-own-session/router.ts";
import { router as auditSharedSession } from "../audit-shared-session/router.ts";
import { router as bulkActions } from "../bulk-actions/router.ts";
import { router as cacheWarmup } from "../cache-warmup/router.ts";
import { router as cpuThreads } from "../cpu-threads/router.ts";
import { incidentsIn } from "../failing-task/incidents.ts";
import { router as failingTask } from "../failing-task/router.ts";
import { router as imageUpload } from "../image-upload/router.ts";
import { router as logFile } from "../log-file/router.ts";
import { router as tenantReports } from "../tenant-reports/router.ts";
import { router as useCase } from "../use-case/router.ts";
import { router as verificationMail } from "../verification-mail/router.ts";
import { router as webhook } from "../webhook/router.ts";
import type { Timeline } from "./timeline.ts";

/** One API made of all the examples, watched by a timeline. */
export function createDemoApp(folder: string, timeline: Timeline): App {
  const app = new App({
    title: "Afterwork demo",
    description: "Every example in one API. Each answers first and works afterwards.",
  });
  timeline.watch(app);
  app.on("taskFailed", incidentsIn(join(folder, "incidents.jsonl")));
  return app
    .include(logFile)
    .include(verificationMail)
    .include(imageUpload)
    .include(bulkActions)
    .include(cpuThreads)
    .include("/own-session", auditOwnSession)
    .include("/shared-session", auditSharedSession)
    .include(webhook)
    .include(tenantReports)
    .include(useCase)
    .include(failingTask)
    .include(cacheWarmup);
}
