import { AfterworkError } from "../../base/errors.ts";
import type { Engine } from "../../engine/engine.ts";
import { isJobId } from "../../stores/guard/job-ids.ts";
import { JobNotFoundError } from "../../tasks/job-errors.ts";
import type { Job } from "../../tasks/job.ts";
import { HTTPException } from "../http-exception.ts";
import type { ResponseDraft } from "../response/response-draft.ts";

/** What the routes need of an engine. */
export type JobsEngine = Pick<Engine, "job" | "jobs" | "cancel" | "retry">;

/** What the routes are made of. */
export interface JobsHost {
  readonly engine: JobsEngine;
  readonly details: boolean;
}

/** A handle of a job that may exist. @throws {HTTPException} 404 for what can be no id. */
export function jobOf(engine: JobsEngine, id: string): Job {
  if (!isJobId(id)) throw noSuchJob();
  return engine.job(id);
}

/** What the engine answers. @throws {HTTPException} 404 when it does not know the job, 503 when it has been closed. */
export async function answered<Value>(asking: Promise<Value>): Promise<Value> {
  try {
    return await asking;
  } catch (error) {
    if (error instanceof JobNotFoundError) throw noSuchJob(error);
    if (error instanceof AfterworkError && error.code === "ENGINE_CLOSED") throw closed(error);
    throw error;
  }
}

function noSuchJob(cause?: unknown): HTTPException {
  return new HTTPException(404, "there is no such job, or no longer", {}, { cause });
}

/** The process is about to end; another one may answer. */
function closed(cause: unknown): HTTPException {
  return new HTTPException(503, "Service Unavailable", { "retry-after": "1" }, { cause });
}

/** What a job is and has made may be private, and is another thing a moment later. */
export function noStore(response: ResponseDraft): void {
  response.headers.set("cache-control", "no-store");
}
