import { AfterworkError } from "../base/errors.ts";

/** The work took longer than its timeout and was ended. Code `TASK_TIMEOUT`; `details` has `work` and `timeoutMs`. */
export class TaskTimeoutError extends AfterworkError {
  constructor(work: string, timeoutMs: number) {
    super("TASK_TIMEOUT", `${work} was ended: it took longer than its timeout of ${timeoutMs} ms`, {
      details: { work, timeoutMs },
    });
  }
}
