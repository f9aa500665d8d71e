import { App, serve } from "afterwork";

import { openWebhookReceiver } from "../surroundings/webhook-receiver.ts";
import { router } from "./router.ts";

if (process.env["WEBHOOK_URL"] === undefined) {
  const secret = "a secret for this example only";
  const receiver = await openWebhookReceiver(secret);
  receiver.onCall((call) => console.log("received", call));
  process.env["WEBHOOK_URL"] = receiver.url;
  process.env["WEBHOOK_SECRET"] = secret;
}

const app = new App({ title: "A webhook" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/payments --json '{"order":"A-1","cents":1250}'`);
