/**
 * Many tenants in one app: a header says who it is, a guard checks it, a dependency reads that tenant's preferences, and
 * a durable task writes the report into that tenant's folder, which no user name can leave.
 */
import { randomUUID } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { HTTPException, Router, body, path } from "afterwork";
import { z } from "zod";

import { writeReport } from "./tasks.ts";
import { Preferences, preferences, tenant } from "./tenant.ts";

const Report = z.object({ lines: z.array(z.object({ text: z.string(), cents: z.int() })).min(1) });

export const router = new Router({ tags: ["tenant reports"], inputs: { tenant } });

router.put(
  "/preferences",
  { wanted: body(Preferences) },
  { summary: "Configure your reports" },
  async ({ wanted, tenant }) => {
    await mkdir(tenant.folder, { recursive: true });
    await writeFile(join(tenant.folder, "preferences.json"), JSON.stringify(wanted));
    return wanted;
  },
);

router.post(
  "/reports",
  { report: body(Report), preferences },
  { status: 202, summary: "Order a report" },
  ({ report, preferences, tenant, background }) => {
    const id = randomUUID();
    const job = background.addTask(writeReport, { id, user: tenant.name, preferences, lines: report.lines });
    return { id, job: job.id };
  },
);

router.get(
  "/reports/:id",
  { id: path(z.uuid()) },
  { summary: "One of your reports, when it is ready" },
  async ({ id, tenant }) => {
    const report = await readFile(join(tenant.folder, "reports", `${id}.md`)).catch(() => {
      throw new HTTPException(404, "you have no such report, or not yet");
    });
    return new Response(report, { headers: { "content-type": "text/markdown; charset=utf-8" } });
  },
);
