import type { JobBook } from "./job-book.ts";
import type { StoredJob } from "./stored-job.ts";

/** Ties a new job to its parents, all of which are known. */
export function joinFamily(jobs: JobBook, job: StoredJob): void {
  for (const id of job.parents ?? []) {
    const parent = jobs.find(id);
    if (parent === undefined || parent === job || job.parentJobs.has(parent)) continue;
    job.parentJobs.add(parent);
    parent.children.add(job);
    parent.openChildren += 1;
    if (parent.place !== "succeeded") job.pendingParents += 1;
  }
}

/** The job is forgotten, so nobody can wait for it any more. */
export function leaveFamily(job: StoredJob): void {
  for (const parent of job.parentJobs) parent.children.delete(job);
  for (const child of job.children) {
    child.parentJobs.delete(job);
    if (job.place !== "succeeded") child.pendingParents -= 1;
  }
}
