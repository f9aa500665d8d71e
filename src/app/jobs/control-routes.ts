import type { RetryOutcome } from "../../engine/control.ts";
import { path } from "../parameters/parameters.ts";
import type { Router } from "../routing/router.ts";
import { cancelDocument, retryDocument } from "./job-documents.ts";
import { answered, jobOf, type JobsEngine } from "./job-lookup.ts";
import { jobId } from "./job-parameters.ts";

/** Why a job is not run again. */
const refusals: Readonly<Record<Exclude<RetryOutcome, "retried">, string>> = {
  active: "the job has not ended",
  succeeded: "the job has succeeded",
  conflict: "another job has its unique key",
  parent: "it ended because of a job that it waited for; retry that one",
};

/** `POST /:id/cancel` and `POST /:id/retry`. */
export function addControlRoutes(routes: Router, engine: JobsEngine): void {
  routes.post(
    "/:id/cancel",
    { id: path(jobId) },
    {
      response: cancelDocument,
      errors: [404, 503],
      summary: "Cancel a job",
      description:
        "`cancelled`: it will not run. `requested`: it runs and has been asked to stop; a success still counts. " +
        "`terminal`: it had ended already.",
    },
    async ({ id }) => ({ outcome: await answered(jobOf(engine, id).cancel()) }),
  );
  routes.post(
    "/:id/retry",
    { id: path(jobId) },
    {
      response: retryDocument,
      errors: [404, 409, 503],
      summary: "Retry a job",
      description: "Makes a job due again that has failed, expired or was cancelled. 409 for any other.",
    },
    async ({ id, response }) => {
      const outcome = await answered(engine.retry(jobOf(engine, id).id));
      if (outcome === "retried") return { outcome };
      response.status = 409;
      return { outcome, detail: refusals[outcome] };
    },
  );
}
