import { isTerminal } from "../../tasks/job-states.ts";
import { path, query } from "../parameters/parameters.ts";
import { longPoll } from "../request/long-poll.ts";
import type { Router } from "../routing/router.ts";
import { jobDocument, resultDocument } from "./job-documents.ts";
import { answered, jobOf, noStore, type JobsHost } from "./job-lookup.ts";
import { jobId, waitMs } from "./job-parameters.ts";
import { resultView } from "./job-result.ts";
import { jobView } from "./job-views.ts";

/** Seconds until a client that does not wait should ask again. */
const askAgainSeconds = "1";

/** `GET /:id`: where a job stands. `GET /:id/result`: how it has ended. */
export function addStatusRoutes(routes: Router, { engine, details }: JobsHost): void {
  routes.get(
    "/:id",
    { id: path(jobId) },
    { response: jobDocument, errors: [404, 503], summary: "Look at a job" },
    async ({ id, response }) => {
      noStore(response);
      return jobView(await answered(jobOf(engine, id).read()), details);
    },
  );
  routes.get(
    "/:id/result",
    { id: path(jobId), wait: query(waitMs) },
    {
      response: resultDocument,
      errors: [404, 503],
      summary: "The result of a job",
      description:
        "200 when it has ended, however it has: with `result` if the status is `succeeded`, with `error` if it is `failed`. " +
        "202 with the status and `Retry-After` while it has not.",
    },
    async (context) => {
      const { id, wait, response } = context;
      noStore(response);
      const job = jobOf(engine, id);
      const view = await answered(longPoll(context, (signal) => resultView(job, { waitMs: wait, signal, details })));
      if (!isTerminal(view.status)) {
        response.status = 202;
        response.headers.set("retry-after", askAgainSeconds);
      }
      return view;
    },
  );
}
