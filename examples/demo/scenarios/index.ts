import type { Scenario } from "../tour.ts";
import { auditOwnSession, auditSharedSession } from "./audit.ts";
import { bulkActions } from "./bulk-actions.ts";
import { cacheWarmup } from "./cache-warmup.ts";
import { cpuThreads } from "./cpu-threads.ts";
import { crash } from "./crash.ts";
import { documentation } from "./documentation.ts";
import { failingTask } from "./failing-task.ts";
import { imageUpload } from "./image-upload.ts";
import { logFile } from "./log-file.ts";
import { longReport } from "./long-report.ts";
import { tenantReports } from "./tenant-reports.ts";
import { useCase } from "./use-case.ts";
import { verificationMail } from "./verification-mail.ts";
import { webhook } from "./webhook.ts";

/** The whole tour, in its order. */
export const scenarios: readonly Scenario[] = [
  logFile,
  verificationMail,
  imageUpload,
  bulkActions,
  cpuThreads,
  auditOwnSession,
  auditSharedSession,
  webhook,
  tenantReports,
  longReport,
  useCase,
  failingTask,
  cacheWarmup,
  crash,
  documentation,
];
