import { App, serve } from "afterwork";

import { router } from "./router.ts";

process.env["LOGIN_PASSWORD"] ??= "open sesame";

const app = new App({ title: "A cache that is warm after the login" }).include(router);
const { url } = await serve(app, { port: Number(process.env["PORT"] ?? 8000) });

console.log(`${url}/docs
try:  curl ${url}/login --json '{"user":"ada","password":"open sesame"}' -c cookies.txt
then: curl -i ${url}/dashboard -b cookies.txt`);
