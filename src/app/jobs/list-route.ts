import { InvalidOptionError } from "../../base/options.ts";
import type { JobsFilter } from "../../engine/control.ts";
import { RequestValidationError } from "../parameters/fault.ts";
import { query } from "../parameters/parameters.ts";
import type { Router } from "../routing/router.ts";
import { int } from "../schemas/small-schemas.ts";
import { pageDocument } from "./job-documents.ts";
import { answered, noStore, type JobsEngine, type JobsHost } from "./job-lookup.ts";
import { optionalStatus, optionalText } from "./job-parameters.ts";
import { jobView } from "./job-views.ts";

const tasksFilter = optionalText("The name of a task.");
const queueFilter = optionalText("The name of a queue.");
const cursorFilter = optionalText("Where the last page ended.");

/** `GET /`: a page of jobs. */
export function addListRoute(routes: Router, { engine, details }: JobsHost): void {
  routes.get(
    "/",
    {
      status: query(optionalStatus),
      task: query(tasksFilter),
      queue: query(queueFilter),
      limit: query(int.min(1).max(1_000).default(50)),
      cursor: query(cursorFilter),
    },
    {
      response: pageDocument,
      errors: [503],
      summary: "List jobs",
      description: "Those stored last come first. A page that has a `cursor` is not the last one, however short it is.",
    },
    async ({ status, task, queue, limit, cursor, response }) => {
      noStore(response);
      const page = await listed(engine, {
        limit,
        ...(status === undefined ? {} : { status }),
        ...(task === undefined ? {} : { task }),
        ...(queue === undefined ? {} : { queue }),
        ...(cursor === undefined ? {} : { cursor }),
      });
      const jobs = page.jobs.map((job) => jobView(job, details));
      return page.cursor === undefined ? { jobs } : { jobs, cursor: page.cursor };
    },
  );
}

/** All but the cursor has been judged, so it is the cursor that the engine refuses. */
async function listed(engine: JobsEngine, filter: JobsFilter): ReturnType<JobsEngine["jobs"]> {
  try {
    return await answered(engine.jobs(filter));
  } catch (error) {
    if (!(error instanceof InvalidOptionError)) throw error;
    const msg = "Input should be the cursor of a page";
    throw new RequestValidationError([{ type: "cursor", loc: ["query", "cursor"], msg, input: filter.cursor }]);
  }
}
