import type { NewJob } from "./new-job.ts";

/** Does nothing hold the job back but its due time, and is nothing to be seen to when it ends? */
export function isPlain(job: NewJob): boolean {
  return (
    job.unique === undefined &&
    job.concurrency === undefined &&
    job.rate === undefined &&
    job.parents === undefined &&
    job.expiresInMs === undefined &&
    job.expiresAt === undefined
  );
}
