/**
 * A report that takes a while: a durable task whose steps are done once, however often it is tried, with a pause between
 * them. Clients follow its progress as server-sent events of `jobRoutes`, and a schedule orders it every night.
 */
import { Router, int, path } from "afterwork";

import { reportYear } from "./tasks.ts";

export const router = new Router({ prefix: "/years", tags: ["long report"] });

router.post(
  "/:year/report",
  { year: path(int.min(2000).max(2100)) },
  { status: 202, summary: "Order the report of a year" },
  ({ year, background, response }) => {
    const job = background.addTask(reportYear, year);
    response.headers.set("location", `/jobs/${job.id}`);
    return { job: job.id };
  },
);
