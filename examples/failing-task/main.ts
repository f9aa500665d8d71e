import { join } from "node:path";

import { App, serve } from "afterwork";

import { incidentsIn } from "./incidents.ts";
import { router } from "./router.ts";

const app = new App({ title: "A task that fails" }).include(router);
app.on("taskFailed", incidentsIn(join(process.env["DATA_DIR"] ?? "data", "incidents.jsonl")));
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/reservations --json '{"seats":4}'
then: curl ${url}/reservations/counts, and cat data/incidents.jsonl`);
