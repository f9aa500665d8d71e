import { header, path, query } from "../parameters/parameters.ts";
import type { Router } from "../routing/router.ts";
import { answered, jobOf, type JobsHost } from "./job-lookup.ts";
import { jobId, lastEventId } from "./job-parameters.ts";
import { jobStream } from "./job-stream.ts";

/** `GET /:id/events`: what happens to a job, as server-sent events. */
export function addEventsRoute(routes: Router, { engine, details }: JobsHost): void {
  routes.get(
    "/:id/events",
    {
      id: path(jobId),
      fromHeader: header("last-event-id", lastEventId),
      fromQuery: query("lastEventId", lastEventId),
    },
    {
      errors: [404, 503],
      summary: "The events of a job",
      description:
        "A stream of server-sent events: `status`, `progress` and `log`, those of before first, until the job has ended. " +
        "With the id of the last event, in the header as browsers send it or in the query, it goes on after that one; " +
        "204 when there is nothing to come, so that browsers come back no more.",
    },
    async ({ id, fromHeader, fromQuery, signal, response }) => {
      // The address of a stream stays as it was when the browser comes back; the header is newer.
      const resumption = fromHeader ?? fromQuery;
      const stream = await answered(jobStream(jobOf(engine, id), { resumption, signal, details }));
      if (stream === undefined) response.status = 204;
      return stream;
    },
  );
}
