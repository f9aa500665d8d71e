import { App, serve } from "afterwork";

import { router } from "./router.ts";

const app = new App({ title: "Bulk actions" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/articles/review --json '{"publish":[1,2],"archive":[3]}'
then: curl ${url}/articles`);
