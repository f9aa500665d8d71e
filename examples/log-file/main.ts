import { App, serve } from "afterwork";

import { router } from "./router.ts";

const app = new App({ title: "A log file after the response" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl -X POST ${url}/notifications/ada@example.com
then: cat data/notifications.log`);
