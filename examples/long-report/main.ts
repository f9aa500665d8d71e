import { App, Engine, jobRoutes, serve } from "afterwork";

import { dataFile } from "../surroundings/data-file.ts";
import { jobStore } from "../surroundings/job-store.ts";
import { router } from "./router.ts";
import * as tasks from "./tasks.ts";

const store = jobStore({ schema: "example_years", file: dataFile("years.db") });
const engine = new Engine({ store, tasks, schedules: [tasks.nightly], lease: "5s" });
const app = new App({ engine, title: "A long report" }).include(router).include("/jobs", jobRoutes(engine));
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl -X POST ${url}/years/2026/report
then: curl -N ${url}/jobs/<job>/events
and:  kill -9 ${process.pid} in the middle, start it again, and follow the same job to its end`);
