import { App, serve } from "afterwork";

import { router } from "./router.ts";

const app = new App({ title: "An audit row by a task on the session of the request" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/items --json '{"name":"lamp"}'
then: curl ${url}/items/1/audit`);
