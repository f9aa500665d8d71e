import { App, Engine, serve } from "afterwork";

import { dataFile } from "../surroundings/data-file.ts";
import { jobStore } from "../surroundings/job-store.ts";
import { router } from "./router.ts";
import * as tasks from "./tasks.ts";
import { tokenOf } from "./tenant.ts";

const secret = (process.env["TENANT_SECRET"] ??= "a secret for this example only");

const store = jobStore({ schema: "example_reports", file: dataFile("reports.db") });
const engine = new Engine({ store, tasks });
const app = new App({ engine, title: "Reports of many tenants" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

const who = `-H 'x-user: alice' -H 'x-token: ${tokenOf("alice", secret)}'`;
console.log(`${url}/docs
try:  curl ${url}/reports ${who} --json '{"lines":[{"text":"lamp","cents":1999}]}'
then: curl ${url}/reports/<id> ${who}`);
