import { App, Engine, serve } from "afterwork";

import { dataFile } from "../surroundings/data-file.ts";
import { jobStore } from "../surroundings/job-store.ts";
import { openPostOffice } from "../surroundings/post-office.ts";
import { router } from "./router.ts";
import * as tasks from "./tasks.ts";

if (process.env["SMTP_URL"] === undefined) {
  const postOffice = await openPostOffice();
  postOffice.onMail((mail) => console.log(`\nto ${mail.to}: ${mail.subject}\n${mail.text}`));
  process.env["SMTP_URL"] = postOffice.url;
}

const store = jobStore({ schema: "example_mails", file: dataFile("mails.db") });
const engine = new Engine({ store, tasks });
const app = new App({ engine, title: "A verification mail" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/signups --json '{"email":"ada@example.com"}'
then: curl ${url}/signups/verify --json '{"token":"…"}' with the code from the mail`);
