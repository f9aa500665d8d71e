import { newId } from "../../src/base/ids.ts";
import type { NewJob } from "../../src/stores/contract/new-job.ts";

/** A job that is due at once. */
export function newJob(own: Partial<NewJob> = {}): NewJob {
  return {
    id: newId(),
    task: "task",
    queue: "default",
    priority: 0,
    args: "[]",
    crash: { onCrash: "retry", maxAttempts: 3, delayMs: 0, growing: false, maxDelayMs: 0 },
    keep: { succeededMs: 1_000_000, failedMs: 1_000_000 },
    ...own,
  };
}
