import { join } from "node:path";

import { App, Engine, jobRoutes, type Duration } from "afterwork";

import { router as auditOwnSession } from "../audit-own-session/router.ts";
import { router as auditSharedSession } from "../audit-shared-session/router.ts";
import { router as bulkActions } from "../bulk-actions/router.ts";
import { router as cacheWarmup } from "../cache-warmup/router.ts";
import { router as cpuThreads } from "../cpu-threads/router.ts";
import { incidentsIn } from "../failing-task/incidents.ts";
import { router as failingTask } from "../failing-task/router.ts";
import { router as imageUpload } from "../image-upload/router.ts";
import { archiveOriginal, compressImage } from "../image-upload/tasks.ts";
import { router as logFile } from "../log-file/router.ts";
import { router as longReport } from "../long-report/router.ts";
import { reportYear } from "../long-report/tasks.ts";
import { router as tenantReports } from "../tenant-reports/router.ts";
import { writeReport } from "../tenant-reports/tasks.ts";
import { router as useCase } from "../use-case/router.ts";
import { router as verificationMail } from "../verification-mail/router.ts";
import { sendVerificationMail } from "../verification-mail/tasks.ts";
import { router as webhook } from "../webhook/router.ts";
import { deliverEvent } from "../webhook/tasks.ts";
import { storeIn, type Home } from "./home.ts";
import type { Timeline } from "./timeline.ts";

const tasks = [archiveOriginal, compressImage, deliverEvent, reportYear, sendVerificationMail, writeReport];

/** How the demo is served. */
export interface DemoAppOptions {
  /** Shows what happens. */
  readonly timeline?: Timeline;
  readonly lease?: Duration;
}

/** One API made of all the examples. */
export function createDemoApp(home: Home, { timeline, lease = "30s" }: DemoAppOptions): App {
  const engine = new Engine({ store: storeIn(home), tasks, lease });
  const app = new App({
    engine,
    title: "Afterwork demo",
    description: "Every example in one API. Each answers first and works afterwards.",
  });
  timeline?.watch(app, engine);
  app.on("taskFailed", incidentsIn(join(home.folder, "incidents.jsonl")));
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
    .include(longReport)
    .include(useCase)
    .include(failingTask)
    .include(cacheWarmup)
    .include("/jobs", jobRoutes(engine));
}
