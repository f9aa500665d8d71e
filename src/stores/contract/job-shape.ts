import type { NewJob } from "./new-job.ts";

/** What jobs of the same task mostly have in common: the very same objects and texts. */
export type JobShape = Pick<NewJob, "task" | "queue" | "priority" | "options" | "crash" | "keep">;

/** Have both the same shape? Where that is `false`, the values may still be equal. */
export function isAlike(a: JobShape, b: JobShape): boolean {
  return (
    a.task === b.task &&
    a.queue === b.queue &&
    a.priority === b.priority &&
    a.options === b.options &&
    a.crash === b.crash &&
    a.keep === b.keep
  );
}
