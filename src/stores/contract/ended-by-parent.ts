import type { ErrorRecord } from "./job-record.ts";

/** The error of a child that ends because a parent has not succeeded. */
export function parentError(task: string, id: string, status: string, cause: ErrorRecord | undefined): ErrorRecord {
  const why = cause === undefined ? "" : `: ${cause.message}`;
  return { name: "ParentError", message: `${task} (${id}), which it needs, ended as ${status}${why}` };
}
