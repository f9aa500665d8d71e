import { TimeoutError } from "../../tasks/job-errors.ts";
import { isTerminal } from "../../tasks/job-states.ts";
import type { Job } from "../../tasks/job.ts";
import { errorView, type ResultView } from "./job-views.ts";

/** How to look for a result. */
export interface ResultSearch {
  /** How long to wait for the end; 0: not at all. */
  readonly waitMs: number;
  readonly signal: AbortSignal;
  /** Show stacks? */
  readonly details: boolean;
}

/** A job that has ended has its result at once, unless just now it was retried. */
const endedMs = 1_000;

/** How a job has ended, or that it has not, or not in time. */
export async function resultView(job: Job, { waitMs, signal, details }: ResultSearch): Promise<ResultView> {
  const status = await job.status();
  const hasEnded = isTerminal(status);
  if (!hasEnded && waitMs === 0) return { status };
  try {
    const result = await job.result({ timeout: hasEnded ? endedMs : waitMs, signal });
    return { status: "succeeded", result: result ?? null };
  } catch (error) {
    const isGivenUp = error instanceof TimeoutError || signal.aborted;
    const { status, result = null, error: reason } = await job.read();
    if (status === "succeeded") {
      // It ended just now, or else its result can't be read.
      if (isGivenUp) return { status, result };
      throw error;
    }
    return reason === undefined ? { status } : { status, error: errorView(reason, details) };
  }
}
