import type { NewJob } from "../contract/new-job.ts";
import { place } from "./admission.ts";
import type { Core } from "./core.ts";
import { dueFrom } from "./facts.ts";
import { type JobRow, readJob, rulesOf } from "./job-row.ts";
import { withdraw } from "./withdrawal.ts";

const updateFacts = `update afterwork_job
  set args = ?, options = ?, priority = ?, rules = ?, due_at = iif(due_at is null, null, ?) where seq = ?`;

/** A job that has never been claimed becomes what the new one asks for. */
export function replaceJob(core: Core, job: JobRow, by: NewJob): void {
  if (job.end !== null) return;
  const waits = job.waiting !== null;
  if (!waits) withdraw(core, job);
  const latest = job.createdAt + (by.unique?.maxWaitMs ?? Number.POSITIVE_INFINITY);
  const dueAt = Math.min(dueFrom(core, by), latest);
  const rules = JSON.stringify({ ...rulesOf(job), delayMs: by.delayMs, runAt: by.runAt });
  core.sql.run(updateFacts, by.args, by.options ?? null, by.priority, rules, dueAt, job.seq);
  if (waits) return;
  core.sql.run("update afterwork_course set due_at = ? where seq = ?", dueAt, job.seq);
  place(core, { ...readJob(core, job.seq), dueAt });
}
