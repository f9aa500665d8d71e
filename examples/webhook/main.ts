import { App, Engine, serve } from "afterwork";

import { dataFile } from "../surroundings/data-file.ts";
import { jobStore } from "../surroundings/job-store.ts";
import { openWebhookReceiver } from "../surroundings/webhook-receiver.ts";
import { router } from "./router.ts";
import * as tasks from "./tasks.ts";

if (process.env["WEBHOOK_URL"] === undefined) {
  const secret = "a secret for this example only";
  const receiver = await openWebhookReceiver(secret);
  receiver.onCall((call) => console.log("received", call));
  process.env["WEBHOOK_URL"] = receiver.url;
  process.env["WEBHOOK_SECRET"] = secret;
}

const store = jobStore({ schema: "example_webhooks", file: dataFile("webhooks.db") });
const engine = new Engine({ store, tasks });
const app = new App({ engine, title: "A webhook" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/payments --json '{"order":"A-1","cents":1250}'`);
